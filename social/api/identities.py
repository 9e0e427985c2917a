"""One's own accounts at providers."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import AccountScope, FreshAccount, require_recent
from accounts.api.requests import caller
from accounts.api.requests import given as read
from config.openapi import operation
from social.api.serializers import IdentitiesOut, IdentityInput, IdentityOut
from social.services import identities, native
from social.services.native import Shown
from tenants import admission


class OwnIdentitiesView(APIView):
    """The caller's connected accounts."""

    permission_classes = [AccountScope]

    @operation("listOwnIdentities", gives=IdentitiesOut)
    def get(self, request: Request) -> Response:
        """List the accounts at providers that sign the caller in."""
        found = identities.of_user(caller(request))
        return Response(IdentitiesOut({"data": found}).data)

    @operation("linkOwnIdentity", takes=IdentityInput, gives={201: IdentityOut})
    def post(self, request: Request) -> Response:
        """Connect whom an ID token names; wants a recent proof of who the caller is."""
        require_recent(request)
        given = read(IdentityInput, request)
        principal: Any = request.auth
        application = admission.application_for(principal.client_id)
        shown = Shown(given["provider"], given["id_token"], given["nonce"])
        made = native.link(caller(request), application, shown)
        return Response(IdentityOut(made).data, status=201)


class OwnIdentityView(APIView):
    """One of the caller's connected accounts."""

    permission_classes = [FreshAccount]

    @operation("unlinkOwnIdentity", status=204)
    def delete(
        self,
        request: Request,
        identity_id: UUID,
    ) -> Response:
        """Disconnect it, unless it is the last way to sign in."""
        identities.unlink(caller(request), identity_id)
        return Response(status=204)
