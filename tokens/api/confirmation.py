"""The address is proven over REST: the mailed code or link, and another one."""

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.public import PublicView
from accounts.api.requests import given as read
from accounts.api.serializers import LinkInput
from accounts.services import verification
from config.openapi import operation
from tokens.api.serializers import (
    FlowInput,
    PendingResponse,
    TokenResponse,
    VerifyEmailInput,
)
from tokens.api.sign_in import handed
from tokens.services import confirmation


class VerifyEmailView(PublicView):
    """Prove an address: by the code of a waiting sign-up or sign-in, or by a link."""

    @operation(
        "verifyEmail",
        takes=PolymorphicProxySerializer(
            component_name="VerifyEmail",
            serializers=[VerifyEmailInput, LinkInput],
            resource_type_field_name=None,
        ),
        gives={200: TokenResponse, 204: None},
    )
    def post(self, request: Request) -> Response:
        """Exchange `flow_token` and the code that was mailed for a token pair.

        Or send only the mailed link's `key`: 204, the address is proven, and signs nobody
        in.
        """
        if "key" in request.data:
            verification.verify_by_link(key=read(LinkInput, request)["key"])
            return Response(status=204)
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
