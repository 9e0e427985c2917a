"""`client.auth.enrollment`: a second factor that a policy asks for at sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ntt_auth._async.namespaces import Namespace
from ntt_auth.rest.calls import given
from ntt_auth.rest.paths import path

if TYPE_CHECKING:
    from ntt_auth import types


def _enroll(*parts: str) -> str:
    return path("auth", "mfa", "enroll", *parts)


class Enrollment(Namespace):
    """Goes on with the step "mfa-enrollment" by its `flow_token`."""

    async def totp(self, flow_token: str) -> types.TotpSecret:
        """Begin with an authenticator app: a secret, and the URI of a QR code."""
        return await self._caller.public(_enroll("totp"), {"flow_token": flow_token})

    async def confirm_totp(
        self,
        flow_token: str,
        code: str,
    ) -> types.EnrolledTokens:
        """Keep it by its first code: tokens, and `recovery_codes` shown this once."""
        body = given(flow_token=flow_token, code=code)
        return await self._caller.public(_enroll("totp", "confirm"), body)

    async def passkey(self, flow_token: str) -> types.CreationOptions:
        """Begin with a passkey: options for the browser."""
        body = given(flow_token=flow_token)
        return await self._caller.public(_enroll("passkey"), body)

    async def confirm_passkey(
        self,
        flow_token: str,
        credential: Any,
        *,
        name: str | None = None,
    ) -> types.EnrolledTokens:
        """Keep it by the browser's answer: tokens, and `recovery_codes`."""
        body = given(flow_token=flow_token, credential=credential, name=name)
        return await self._caller.public(_enroll("passkey", "confirm"), body)
