"""A forgotten password over REST."""

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.public import PublicView
from accounts.api.requests import given as read
from accounts.api.serializers import ResetConfirmInput, ResetInput
from accounts.services import recovery
from config.openapi import operation


class PasswordResetView(PublicView):
    """A link for a new password."""

    @operation(
        "requestPasswordReset",
        takes=ResetInput,
        gives={202: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Mail a link to whoever has the address. The answer tells nothing."""
        given = read(ResetInput, request)
        recovery.request_reset(
            email=given["email"], client_id=given.get("client_id", "")
        )
        return Response({}, status=202)


class PasswordResetConfirmView(PublicView):
    """The new password."""

    @operation("confirmPasswordReset", takes=ResetConfirmInput, status=204)
    def post(self, request: Request) -> Response:
        """Set a new password by the mailed link's `key`; every session ends.

        Where the account has a second factor: 401 `mfa_required`; repeat with its proof.
        """
        proof = dict(read(ResetConfirmInput, request))
        recovery.confirm_reset(
            key=proof.pop("key"), password=proof.pop("password"), proof=proof or None
        )
        return Response(status=204)
