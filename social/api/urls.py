"""The paths of social sign-in, mounted at `/api/v1/`."""

from django.urls import path

from social.api import identities, providers

urlpatterns = [
    path(
        "social/providers", providers.ProvidersView.as_view(), name="social-providers"
    ),
    path(
        "social/<str:provider>/token",
        providers.TokenView.as_view(),
        name="social-token",
    ),
    path(
        "users/me/identities",
        identities.OwnIdentitiesView.as_view(),
        name="own-identities",
    ),
    path(
        "users/me/identities/<uuid:identity_id>",
        identities.OwnIdentityView.as_view(),
        name="own-identity",
    ),
]
