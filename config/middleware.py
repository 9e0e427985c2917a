"""PLACEHOLDER."""


def _through(get_response):
    return get_response


RequestContextMiddleware = SecurityHeadersMiddleware = BadRequestMiddleware = PagesMiddleware = _through
