"""What the invited do with the key that was mailed to them."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts import limits, lockouts
from accounts.api.permissions import AccountScope
from accounts.api.requests import caller, given
from accounts.api.serializers import LinkInput
from accounts.errors import LinkInvalid
from config.errors import TooManyRequests
from config.openapi import operation
from tenants.api.outputs import AcceptedOutput, OfferOutput
from tenants.api.serializers import AcceptInput
from tenants.models import Invitation
from tenants.services import acceptance


class CountedView(APIView):
    """An endpoint that takes a mailed key. Bad ones are counted per IP."""

    @override
    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, LinkInvalid):
            try:
                limits.hit("token_failures_ip", lockouts.caller())
            except TooManyRequests as refusal:
                return super().handle_exception(refusal)
        return super().handle_exception(exc)


def _accepted(invitation: Invitation) -> Response:
    shown = {
        "tenant": invitation.tenant.name,
        "user": invitation.accepted_by,
        "email_verified": True,  # the link, or the proof before it, says so
    }
    return Response(AcceptedOutput(shown).data, status=201)


class OfferView(CountedView):
    """What a mailed key is for."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @operation("lookAtInvitation", takes=LinkInput, gives=OfferOutput)
    def post(self, request: Request) -> Response:
        """Say who invites whom, and until when; nothing changes.

        Whether the address has an account is not told here.
        """
        found = acceptance.look(given(LinkInput, request)["key"])
        shown = {
            "tenant": found.tenant.name,
            "email": found.email,
            "expires_at": found.expires_at,
        }
        return Response(OfferOutput(shown).data)


class AcceptView(CountedView):
    """The invited who have no account yet."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @operation("acceptInvitation", takes=AcceptInput, gives=AcceptedOutput, status=201)
    def post(self, request: Request) -> Response:
        """Make an account with the invited address, proven, and its membership.

        There are no tokens in the answer: sign in next. 409 `account_exists` where the
        address has an account: sign in, then `POST /api/v1/users/me/invitations`.
        """
        values = given(AcceptInput, request)
        return _accepted(
            acceptance.accept(
                values["key"],
                password=values.get("password"),
                name=values.get("name", ""),
            )
        )


class OwnInvitationsView(CountedView):
    """The invited who have an account."""

    permission_classes = [AccountScope]

    @operation("acceptOwnInvitation", takes=LinkInput, gives=AcceptedOutput, status=201)
    def post(self, request: Request) -> Response:
        """Become a member with the account of the very address that was invited."""
        key = given(LinkInput, request)["key"]
        return _accepted(acceptance.accept_as(key, acting_user=caller(request)))
