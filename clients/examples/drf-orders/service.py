"""An orders service in one file: whoever calls needs a token with the scope orders:read."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["rest_framework"],
    NTT_AUTH={
        "ISSUER": os.environ["NTT_AUTH_ISSUER"],
        "AUDIENCE": os.environ["NTT_AUTH_AUDIENCE"],
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["ntt_auth.drf.BearerAuthentication"],
        "EXCEPTION_HANDLER": "ntt_auth.drf.exception_handler",
    },
)
django.setup()

from ntt_auth.drf import HasScopes  # noqa: E402 (Django has to be set up first)
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Orders(APIView):
    """Tells whose orders these are."""

    permission_classes = [HasScopes("orders:read")]

    def get(self, request: Request) -> Response:
        """Return the person."""
        return Response({"sub": request.user.sub})


urlpatterns = [path("orders", Orders.as_view())]
application = get_wsgi_application()
