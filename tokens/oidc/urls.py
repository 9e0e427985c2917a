"""`/oauth/`: not versioned, the specifications are its version."""

from django.urls import path

from tokens.oidc.endpoints.par import par
from tokens.oidc.endpoints.token import token
from tokens.oidc.pages.authorize import authorize

urlpatterns = [
    path("authorize", authorize, name="oauth-authorize"),
    path("token", token, name="oauth-token"),
    path("par", par, name="oauth-par"),
]
