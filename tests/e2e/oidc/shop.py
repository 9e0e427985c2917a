"""A shop on Django whose people sign in by mozilla-django-oidc: `python -m tests.e2e.oidc.shop`.

Another process and another Django than the service. `SHOP` in the environment is JSON:
`port`, `folder`, `issuer`, `client_id`, `client_secret`, and what discovery tells as
`metadata`.
"""

import json
import os
from typing import Any
from wsgiref.simple_server import make_server

from django.conf import settings

RENEWED = 2  # seconds after which the session is looked at again, by prompt=none


APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mozilla_django_oidc",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mozilla_django_oidc.middleware.SessionRefresh",
]


def configure(given: dict[str, Any]) -> None:
    """Set up Django as the library's documentation says."""
    told = given["metadata"]
    settings.configure(
        SECRET_KEY="a secret of the shop, of these tests only",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF="tests.e2e.oidc.shop_pages",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"{given['folder']}/shop.sqlite3",
            }
        },
        INSTALLED_APPS=APPS,
        MIDDLEWARE=MIDDLEWARE,
        AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
        LOGIN_REDIRECT_URL="/",
        LOGOUT_REDIRECT_URL="/",
        SESSION_COOKIE_NAME="shop-session",
        CSRF_COOKIE_NAME="shop-csrf",
        OIDC_RP_CLIENT_ID=given["client_id"],
        OIDC_RP_CLIENT_SECRET=given["client_secret"],
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_RP_SCOPES="openid email profile",
        OIDC_USE_PKCE=True,
        OIDC_STORE_ID_TOKEN=True,
        OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS=RENEWED,
        OIDC_OP_AUTHORIZATION_ENDPOINT=told["authorization_endpoint"],
        OIDC_OP_TOKEN_ENDPOINT=told["token_endpoint"],
        OIDC_OP_USER_ENDPOINT=told["userinfo_endpoint"],
        OIDC_OP_JWKS_ENDPOINT=told["jwks_uri"],
        OIDC_OP_LOGOUT_ENDPOINT=told["end_session_endpoint"],
        OIDC_OP_LOGOUT_URL_METHOD="tests.e2e.oidc.shop_pages.leave",
    )


def main() -> None:
    """Serve until the process is ended."""
    given = json.loads(os.environ["SHOP"])
    configure(given)
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    make_server("127.0.0.1", given["port"], get_wsgi_application()).serve_forever()


if __name__ == "__main__":
    main()
