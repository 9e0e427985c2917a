"""The WSGI entry for gunicorn and granian."""

import os

from django.core.wsgi import get_wsgi_application

from config import access
from config.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

refuse_unsafe_start()
application = get_wsgi_application()
access.defer()
