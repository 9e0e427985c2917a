"""Members of a tenant over the management API."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.requests import caller, given
from accounts.models import User
from accounts.services.authority import require_superuser
from config.errors import InvalidInput
from config.openapi import PAGING, operation, page_of
from config.serializers import StrictSerializer
from tenants.api.outputs import MembershipOutput
from tenants.api.permissions import membership_in, visible
from tenants.api.scoped import ManageView, page
from tenants.api.serializers import MembershipChange, MembershipInput
from tenants.models import Membership, Tenant
from tenants.permissions import Permission
from tenants.services import memberships
from tenants.services.roles import named

READ, WRITE = Permission.MEMBERS_READ, Permission.MEMBERS_WRITE


def _with_roles(
    tenant: Tenant,
    values: dict[str, Any],
) -> dict[str, Any]:
    """Return the values with the names of roles replaced by the tenant's roles."""
    if "roles" in values:
        values["roles"] = named(tenant, values["roles"])
    return values


def _person(values: dict[str, Any]) -> User | str:
    """Return whom the caller, a superuser, means."""
    if "email" in values:
        return str(values.pop("email"))
    user = User.objects.filter(pk=values.pop("user_id"), erased_at=None).first()
    if user is None:
        raise InvalidInput.at(
            "user_id", code="unknown_user", detail="No user has this id."
        )
    return user


class MembershipsView(ManageView):
    """A tenant's members."""

    @operation("listMemberships", gives=page_of(MembershipOutput), query=PAGING)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List a tenant's memberships, newest first."""
        tenant = visible(request, slug, READ)
        found = Membership.objects.filter(tenant=tenant).select_related("user")
        return page(self, request, found.prefetch_related("roles"), MembershipOutput)

    @operation(
        "createMembership", takes=MembershipInput, gives=MembershipOutput, status=201
    )
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Make a user a member; superusers only. Others invite.

        Anybody else is refused alike for every address: the answer would tell who has
        an account here.
        """
        tenant = visible(request, slug, WRITE)
        require_superuser(caller(request))
        values = _with_roles(tenant, given(MembershipInput, request))
        membership = memberships.add_member(
            _person(values), tenant=tenant, acting_user=caller(request), **values
        )
        return Response(MembershipOutput(membership).data, status=201)


class MembershipView(ManageView):
    """One membership."""

    @operation("getMembership", gives=MembershipOutput)
    def get(
        self,
        request: Request,
        slug: str,
        membership_id: UUID,
    ) -> Response:
        """Return a membership."""
        membership = membership_in(visible(request, slug, READ), membership_id)
        return Response(MembershipOutput(membership).data)

    @operation("updateMembership", takes=MembershipChange, gives=MembershipOutput)
    def patch(
        self,
        request: Request,
        slug: str,
        membership_id: UUID,
    ) -> Response:
        """Change a member's roles or when they leave."""
        tenant = visible(request, slug, WRITE)
        membership = membership_in(tenant, membership_id)
        values = _with_roles(tenant, given(MembershipChange, request))
        memberships.change_membership(membership, acting_user=caller(request), **values)
        return Response(MembershipOutput(membership).data)

    @operation("deleteMembership", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        membership_id: UUID,
    ) -> Response:
        """Take somebody out of the tenant; their sessions here end."""
        membership = membership_in(visible(request, slug, WRITE), membership_id)
        memberships.end_membership(membership, acting_user=caller(request))
        return Response(status=204)


class SuspendMembershipView(ManageView):
    """A member shut out."""

    @operation("suspendMembership", gives=MembershipOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
        membership_id: UUID,
    ) -> Response:
        """Shut a member out of this tenant; their sessions here end."""
        membership = membership_in(visible(request, slug, WRITE), membership_id)
        given(StrictSerializer, request)
        memberships.suspend_membership(membership, acting_user=caller(request))
        return Response(MembershipOutput(membership).data)


class ResumeMembershipView(ManageView):
    """A member let in again."""

    @operation("resumeMembership", gives=MembershipOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
        membership_id: UUID,
    ) -> Response:
        """Let a member in again; what ended stays ended."""
        membership = membership_in(visible(request, slug, WRITE), membership_id)
        given(StrictSerializer, request)
        memberships.resume_membership(membership, acting_user=caller(request))
        return Response(MembershipOutput(membership).data)
