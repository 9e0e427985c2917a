"""Invitations into a tenant over the management API."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.requests import caller, given
from config.errors import InvalidInput
from config.openapi import PAGING, operation, page_of
from config.serializers import StrictSerializer
from tenants.api.outputs import InvitationOutput
from tenants.api.permissions import invitation_in, visible
from tenants.api.scoped import ManageView, page
from tenants.api.serializers import InvitationInput
from tenants.models import Invitation
from tenants.permissions import Permission
from tenants.services import invitations
from tenants.services.roles import named

READ, WRITE = Permission.MEMBERS_READ, Permission.MEMBERS_WRITE
STATE = ("state", "only those that are `open`, `accepted`, `revoked` or `expired`")


class InvitationsView(ManageView):
    """A tenant's invitations."""

    @operation(
        "listInvitations", gives=page_of(InvitationOutput), query=[*PAGING, STATE]
    )
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List a tenant's invitations, newest first; `state` filters."""
        found = Invitation.objects.filter(tenant=visible(request, slug, READ))
        state = request.query_params.get("state")
        if state is not None:
            if state not in Invitation.State.values:
                raise InvalidInput("`state` is none of the known states.")
            found = found.in_state(state)
        rows = found.select_related("invited_by").prefetch_related("roles")
        return page(self, request, rows, InvitationOutput)

    @operation(
        "createInvitation", takes=InvitationInput, gives=InvitationOutput, status=201
    )
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Mail an invitation; one to the same address that stands is replaced.

        The answer is the same whether or not the address has an account.
        """
        tenant = visible(request, slug, WRITE)
        values = given(InvitationInput, request)
        made = invitations.invite(
            tenant,
            values["email"],
            roles=named(tenant, values.get("roles", ())),
            acting_user=caller(request),
        )
        return Response(InvitationOutput(made).data, status=201)


class InvitationView(ManageView):
    """One invitation."""

    @operation("getInvitation", gives=InvitationOutput)
    def get(
        self,
        request: Request,
        slug: str,
        invitation_id: UUID,
    ) -> Response:
        """Return an invitation."""
        found = invitation_in(visible(request, slug, READ), invitation_id)
        return Response(InvitationOutput(found).data)

    @operation("revokeInvitation", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        invitation_id: UUID,
    ) -> Response:
        """Withdraw an invitation: its link is dead."""
        found = invitation_in(visible(request, slug, WRITE), invitation_id)
        invitations.revoke(found, acting_user=caller(request))
        return Response(status=204)


class ResendInvitationView(ManageView):
    """Another mail, where the first did not arrive or has run out."""

    @operation("resendInvitation", gives=InvitationOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
        invitation_id: UUID,
    ) -> Response:
        """Mail a new link, good for a week from now; the one before is dead."""
        found = invitation_in(visible(request, slug, WRITE), invitation_id)
        given(StrictSerializer, request)
        invitations.resend(found, acting_user=caller(request))
        return Response(InvitationOutput(found).data)
