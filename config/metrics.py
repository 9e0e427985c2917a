"""PLACEHOLDER."""


def MetricsMiddleware(get_response):
    """PLACEHOLDER."""
    return get_response
