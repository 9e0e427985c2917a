"""The address is proven over REST: the mailed code, and another one."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.requests import given as read
from config.openapi import operation
from tokens.api.serializers import (
    FlowInput,
    PendingResponse,
    TokenResponse,
    VerifyEmailInput,
)
from tokens.api.sign_in import PublicView, handed
from tokens.services import confirmation


class VerifyEmailView(PublicView):
    """Finish a sign-up or sign-in that waits for a proven address."""

    @operation("verifyEmail", takes=VerifyEmailInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Exchange `flow_token` and the code that was mailed for a token pair."""
        given = read(VerifyEmailInput, request)
        outcome = confirmation.verify_email(
            flow_token=given["flow_token"], code=given["code"]
        )
        return Response(handed(outcome))


class ResendView(PublicView):
    """Another code, where the first did not arrive."""

    @operation("resendVerification", takes=FlowInput, gives={202: PendingResponse})
    def post(self, request: Request) -> Response:
        """Mail another code; the one before is dead. The answer tells nothing."""
        flow = confirmation.resend_code(
            flow_token=read(FlowInput, request)["flow_token"]
        )
        return Response(flow.extra, status=202)
