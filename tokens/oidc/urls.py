"""`/oauth/`: not versioned, the specifications are its version."""

from django.urls import path

from tokens.oidc.endpoints.introspect import introspect
from tokens.oidc.endpoints.par import par
from tokens.oidc.endpoints.revoke import revoke
from tokens.oidc.endpoints.token import token
from tokens.oidc.endpoints.userinfo import userinfo
from tokens.oidc.pages.authorize import authorize

urlpatterns = [
    path("authorize", authorize, name="oauth-authorize"),
    path("token", token, name="oauth-token"),
    path("par", par, name="oauth-par"),
    path("introspect", introspect, name="oauth-introspect"),
    path("revoke", revoke, name="oauth-revoke"),
    path("userinfo", userinfo, name="oauth-userinfo"),
]
