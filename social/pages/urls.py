"""The pages of social sign-in, mounted at `/account/`."""

from django.urls import path

from social.pages.arriving import address, finish, forget
from social.pages.callback import callback
from social.pages.leaving import link, renew, sign_in
from social.pages.own import remove

urlpatterns = [
    path("connect/address/", address, name="account-social-address"),
    path("connect/finish/", finish, name="account-social-finish"),
    path("connect/forget/", forget, name="account-social-forget"),
    path("identities/<uuid:identity_id>/", remove, name="account-identity"),
    path("social/<str:provider_id>/", sign_in, name="account-social"),
    path("social/<str:provider_id>/renew/", renew, name="account-social-renew"),
    path("social/<str:provider_id>/link/", link, name="account-social-link"),
    path(
        "social/<str:provider_id>/callback/", callback, name="account-social-callback"
    ),
]
