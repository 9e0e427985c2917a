"""The paths of consents, mounted at `/api/v1/`."""

from django.urls import path

from tokens.oidc.api import consents

urlpatterns = [
    path(
        "users/me/consents",
        consents.OwnConsentsView.as_view(),
        name="own-consents",
    ),
    path(
        "users/me/consents/<uuid:consent_id>",
        consents.OwnConsentView.as_view(),
        name="own-consent",
    ),
    path(
        "tenants/<slug:slug>/consents",
        consents.TenantConsentsView.as_view(),
        name="tenant-consents",
    ),
    path(
        "tenants/<slug:slug>/consents/<uuid:consent_id>",
        consents.TenantConsentView.as_view(),
        name="tenant-consent",
    ),
]
