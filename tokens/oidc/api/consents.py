"""Consents: one's own, and those that were given to a tenant's applications."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import AccountScope
from accounts.api.requests import caller
from config.errors import NotFound
from config.openapi import PAGING, operation, page_of
from tenants.api.permissions import visible
from tenants.api.scoped import ManageView, page
from tenants.permissions import Permission
from tokens.oidc.models import Consent
from tokens.oidc.services import consents

_TOLD = Consent.objects.select_related("user", "application__tenant")


class ConsentOut(serializers.Serializer[object]):
    """What a person lets an application have; `scope` is a list separated by spaces."""

    id = serializers.UUIDField()
    client_id = serializers.CharField(source="application.client_id")
    application = serializers.CharField(source="application.name")
    audience = serializers.CharField()
    scope = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class GivenConsentOut(ConsentOut):
    """A consent as those see it who manage the application's tenant."""

    user_id = serializers.UUIDField()


class OwnConsentsView(APIView):
    """What the caller lets applications have."""

    permission_classes = [AccountScope]

    @operation("listOwnConsents", gives=page_of(ConsentOut), query=PAGING)
    def get(self, request: Request) -> Response:
        """List the caller's consents, newest first."""
        return page(self, request, _TOLD.filter(user=caller(request)), ConsentOut)


class OwnConsentView(APIView):
    """One of the caller's consents."""

    permission_classes = [AccountScope]

    @operation("revokeOwnConsent", status=204)
    def delete(
        self,
        request: Request,
        consent_id: UUID,
    ) -> Response:
        """Take a consent back: the caller's sessions at the application end."""
        consent = consents.own(caller(request), consent_id=consent_id)
        consents.revoke(consent, acting_user=caller(request))
        return Response(status=204)


class TenantConsentsView(ManageView):
    """What people let a tenant's applications have."""

    @operation("listTenantConsents", gives=page_of(GivenConsentOut), query=PAGING)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List the consents for a tenant's applications, newest first (`members:read`)."""
        tenant = visible(request, slug, Permission.MEMBERS_READ)
        found = _TOLD.filter(application__tenant=tenant)
        return page(self, request, found, GivenConsentOut)


class TenantConsentView(ManageView):
    """One consent for an application of a tenant."""

    @operation("revokeTenantConsent", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        consent_id: UUID,
    ) -> Response:
        """Take a person's consent back (`members:write`): their sessions there end."""
        tenant = visible(request, slug, Permission.MEMBERS_WRITE)
        found = _TOLD.filter(application__tenant=tenant, pk=consent_id).first()
        if found is None:
            raise NotFound("There is no such consent.")
        consents.revoke(found, acting_user=caller(request))
        return Response(status=204)
