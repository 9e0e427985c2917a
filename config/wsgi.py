"""The WSGI entry for gunicorn and granian."""

import os
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

from config import access
from config.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

refuse_unsafe_start()


def with_door(behind: WSGIApplication) -> WSGIApplication:
    """Return Django with the short way in front of it; only now are its apps loaded."""
    from config.door import Door
    from tokens.api.door import ENDPOINTS
    from tokens.oidc.door import ENDPOINTS as OAUTH

    return Door(behind, [*ENDPOINTS, *OAUTH])


application = with_door(get_wsgi_application())
access.defer()
