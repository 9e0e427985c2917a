"""`/oauth/`: not versioned, the specifications are its version."""

from django.urls import path

from tokens.oidc.endpoints.device import device_authorization
from tokens.oidc.endpoints.introspect import introspect
from tokens.oidc.endpoints.par import par
from tokens.oidc.endpoints.revoke import revoke
from tokens.oidc.endpoints.token import token
from tokens.oidc.endpoints.userinfo import userinfo
from tokens.oidc.pages.authorize import authorize
from tokens.oidc.pages.device import device
from tokens.oidc.pages.logout import logout

urlpatterns = [
    path("authorize", authorize, name="oauth-authorize"),
    path("token", token, name="oauth-token"),
    path("par", par, name="oauth-par"),
    path(
        "device-authorization",
        device_authorization,
        name="oauth-device-authorization",
    ),
    path("device", device, name="oauth-device"),
    path("logout", logout, name="oauth-logout"),
    path("introspect", introspect, name="oauth-introspect"),
    path("revoke", revoke, name="oauth-revoke"),
    path("userinfo", userinfo, name="oauth-userinfo"),
]
