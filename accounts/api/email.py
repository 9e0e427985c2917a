"""One's address over REST: proving it, changing it, taking a change back."""

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import AccountScope, FreshAccount
from accounts.api.public import PublicView
from accounts.api.requests import caller
from accounts.api.requests import given as read
from accounts.api.serializers import EmailInput, LinkInput
from accounts.services import email, verification
from config.openapi import operation
from config.serializers import StrictSerializer


class EmailView(APIView):
    """The caller's address."""

    permission_classes = [FreshAccount]

    @operation("changeEmail", takes=EmailInput, gives={202: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Mail a link to the new address; nothing changes until it is used."""
        asked = read(EmailInput, request)
        email.request_change(
            caller(request), email=asked["email"], acting_user=caller(request)
        )
        return Response({}, status=202)


class EmailVerificationView(APIView):
    """Whether the caller's address is proven."""

    permission_classes = [AccountScope]

    @operation("sendVerification", gives={202: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Mail a link that proves the caller's address, unless it is proven."""
        read(StrictSerializer, request)
        verification.send_verification(caller(request), acting_user=caller(request))
        return Response({}, status=202)


class ConfirmEmailChangeView(PublicView):
    """The new address is proven."""

    @operation("confirmEmailChange", takes=LinkInput, status=204)
    def post(self, request: Request) -> Response:
        """Change the address by the mailed link's `key`; sessions go on."""
        email.confirm_change(key=read(LinkInput, request)["key"])
        return Response(status=204)


class UndoEmailChangeView(PublicView):
    """The owner of the old address takes the account back."""

    @operation("undoEmailChange", takes=LinkInput, status=204)
    def post(self, request: Request) -> Response:
        """Restore the old address by the mailed link's `key`; every session ends.

        The password is gone; a link for a new one is mailed.
        """
        email.undo_change(key=read(LinkInput, request)["key"])
        return Response(status=204)
