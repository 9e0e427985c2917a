"""`startproject` plus django-oauth-toolkit, on what the stock simplejwt project stands on."""

from bench.stock.settings import *  # noqa: F401,F403

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
]
ROOT_URLCONF = "bench.stock.toolkit.urls"
WSGI_APPLICATION = "bench.stock.toolkit.wsgi.application"
del PASSWORD_HASHERS  # noqa: F821
# Django's own hashers, with which the toolkit hashes client secrets unless told not to
OAUTH2_PROVIDER = {
    "SCOPES": {"read": "Reading scope", "write": "Writing scope"},
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,  # a whole run; costs nothing
}
