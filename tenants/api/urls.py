"""The paths of tenants, mounted at `/api/v1/`."""

from typing import Any

from django.urls import URLPattern, path

from tenants.api import (
    acceptance,
    apis,
    applications,
    brand,
    events,
    invitations,
    memberships,
    roles,
    tenants,
)

_APPLICATION = "applications/<slug:client_id>"
_MEMBERSHIP = "memberships/<uuid:membership_id>"
_INVITATION = "invitations/<uuid:invitation_id>"


def _under(
    rest: str,
    view: Any,
    name: str,
) -> URLPattern:
    pattern: URLPattern = path(f"tenants/<slug:slug>/{rest}", view.as_view(), name=name)
    return pattern


urlpatterns = [
    path("auth/invitation", acceptance.OfferView.as_view(), name="invitation-offer"),
    path(
        "auth/accept-invitation",
        acceptance.AcceptView.as_view(),
        name="accept-invitation",
    ),
    path(
        "users/me/invitations",
        acceptance.OwnInvitationsView.as_view(),
        name="own-invitations",
    ),
    path("audit-events", events.EventsView.as_view(), name="audit-events"),
    path("tenants", tenants.TenantsView.as_view(), name="tenants"),
    path("tenants/<slug:slug>", tenants.TenantView.as_view(), name="tenant"),
    _under("suspend", tenants.SuspendTenantView, "suspend-tenant"),
    _under("resume", tenants.ResumeTenantView, "resume-tenant"),
    _under("brand", brand.BrandView, "brand"),
    _under("brand/logo", brand.LogoView, "logo"),
    _under("audit-events", events.TenantEventsView, "tenant-audit-events"),
    _under("applications", applications.ApplicationsView, "applications"),
    _under(_APPLICATION, applications.ApplicationView, "application"),
    _under(
        f"{_APPLICATION}/suspend",
        applications.SuspendApplicationView,
        "suspend-application",
    ),
    _under(
        f"{_APPLICATION}/resume",
        applications.ResumeApplicationView,
        "resume-application",
    ),
    _under(f"{_APPLICATION}/secrets", applications.SecretsView, "secrets"),
    _under(
        f"{_APPLICATION}/secrets/<uuid:secret_id>", applications.SecretView, "secret"
    ),
    _under("apis", apis.ApisView, "apis"),
    _under("apis/<uuid:api_id>", apis.ApiView, "api"),
    _under("apis/<uuid:api_id>/shared-with", apis.ShareApiView, "share-api"),
    _under("roles", roles.RolesView, "roles"),
    _under("roles/<uuid:role_id>", roles.RoleView, "role"),
    _under("memberships", memberships.MembershipsView, "memberships"),
    _under(_MEMBERSHIP, memberships.MembershipView, "membership"),
    _under(
        f"{_MEMBERSHIP}/suspend",
        memberships.SuspendMembershipView,
        "suspend-membership",
    ),
    _under(
        f"{_MEMBERSHIP}/resume", memberships.ResumeMembershipView, "resume-membership"
    ),
    _under("invitations", invitations.InvitationsView, "invitations"),
    _under(_INVITATION, invitations.InvitationView, "invitation"),
    _under(
        f"{_INVITATION}/resend", invitations.ResendInvitationView, "resend-invitation"
    ),
]
