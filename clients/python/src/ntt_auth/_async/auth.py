"""`client.auth`: signing up and in with screens of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ntt_auth._async.caller import AsyncCaller
from ntt_auth._async.enrollment import Enrollment
from ntt_auth._async.namespaces import Namespace
from ntt_auth.rest.calls import Access, Call, given
from ntt_auth.rest.paths import path
from ntt_auth.rest.steps import StepRequired, pending

if TYPE_CHECKING:
    from ntt_auth import types


class Auth(Namespace):
    """Signing up and in, for public first-party applications.

    A sign-in ends with tokens, or goes on with a step:

        result = await client.auth.login(email, password)
        if isinstance(result, StepRequired) and result.kind == "mfa":
            result = await client.auth.mfa(
                result.flow_token, method="totp", code=code
            )

    Wrong passwords and codes raise `Unauthenticated`. The application is the client's
    `client_id`, the API its `audience`, unless they are given. Nothing is kept here.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        super().__init__(caller)
        self.enrollment = Enrollment(caller)

    async def register(
        self,
        email: str,
        password: str,
        *,
        name: str | None = None,
        client_id: str | None = None,
        audience: str | None = None,
    ) -> types.TokenResponse | StepRequired:
        """Sign up: tokens, or the step "verify-email" for the code that was mailed.

        The step comes whether or not the address is taken.
        """
        body = self._for_client(client_id, audience)
        body |= given(email=email, password=password, name=name)
        answer: Any = await self._caller.step(path("auth", "register"), body)
        if isinstance(answer, StepRequired) or "access_token" in answer:
            return answer
        return pending(answer)

    async def login(
        self,
        email: str,
        password: str,
        *,
        client_id: str | None = None,
        audience: str | None = None,
    ) -> types.TokenResponse | StepRequired:
        """Sign in: tokens, or the step that comes next.

        Raises `Unauthenticated` with code `invalid_credentials`, `NotAllowed`,
        `RateLimited`.
        """
        body = self._for_client(client_id, audience)
        body |= given(email=email, password=password)
        return await self._caller.step(path("auth", "login"), body)

    async def logout(self, refresh_token: str | None = None) -> None:
        """End the sign-in of a refresh token, or of the client's own token."""
        access = Access.OWN if refresh_token is None else Access.PUBLIC
        body = given(refresh_token=refresh_token)
        await self._caller.send(
            Call("POST", path("auth", "logout"), body=body, access=access)
        )

    async def reauthenticate(
        self,
        password: str | None = None,
    ) -> types.TokenResponse | StepRequired:
        """Prove again who one is: new tokens of the same session (RFC 9470).

        With the client's own token; without a password for whoever has a passkey.
        """
        own = path("auth", "reauthenticate")
        return await self._caller.step(own, given(password=password), Access.OWN)

    async def verify_email(
        self,
        flow_token: str | None = None,
        *,
        code: str | None = None,
        key: str | None = None,
    ) -> types.TokenResponse | StepRequired | None:
        """Prove an address: by `flow_token` and the mailed `code`, which signs in.

        Or by the `key` of the mailed link, which signs nobody in and returns None.
        """
        body = given(flow_token=flow_token, code=code, key=key)
        return await self._caller.step(path("auth", "verify-email"), body)

    async def resend(self, flow_token: str) -> StepRequired:
        """Mail another code; the one before is dead."""
        own = path("auth", "verify-email", "resend")
        return pending(await self._caller.public(own, {"flow_token": flow_token}))

    async def mfa(
        self,
        flow_token: str,
        *,
        method: types.FactorMethodEnum,
        code: str | None = None,
        credential: Any = None,
    ) -> types.TokenResponse | StepRequired:
        """Show a second factor: its `code`, or the `credential` of "webauthn"."""
        body = given(
            flow_token=flow_token, method=method, code=code, credential=credential
        )
        return await self._caller.step(path("auth", "mfa"), body)

    async def mfa_options(self, flow_token: str) -> types.RequestOptions:
        """Return what a passkey as second factor is asked (WebAuthn)."""
        own = path("auth", "mfa", "options")
        return await self._caller.public(own, {"flow_token": flow_token})

    async def begin_passkey(
        self,
        *,
        client_id: str | None = None,
        audience: str | None = None,
    ) -> types.PasskeyBegun:
        """Begin to sign in by a passkey: `options` for the browser, and a `flow_token`."""
        body = self._for_client(client_id, audience)
        return await self._caller.public(path("auth", "passkey", "options"), body)

    async def passkey(
        self,
        flow_token: str,
        credential: Any,
    ) -> types.TokenResponse | StepRequired:
        """Sign in by a passkey's answer: the browser's `credential.toJSON()`."""
        body = given(flow_token=flow_token, credential=credential)
        return await self._caller.step(path("auth", "passkey"), body)

    async def request_password_reset(
        self,
        email: str,
        *,
        client_id: str | None = None,
    ) -> None:
        """Mail a link, good for an hour. Nothing tells whether the address is known."""
        known = client_id or self._caller.options.public_id
        body = given(email=email, client_id=known)
        await self._caller.public(path("auth", "password-reset"), body)

    async def confirm_password_reset(
        self,
        key: str,
        password: str,
        *,
        flow_token: str | None = None,
        method: str | None = None,
        code: str | None = None,
        credential: Any = None,
    ) -> StepRequired | None:
        """Set a new password by the link's `key`; every session ends.

        None when it is done. For the step "mfa" send all again, with its `flow_token`,
        `method` and `code` or `credential`.
        """
        body = given(
            key=key,
            password=password,
            flow_token=flow_token,
            method=method,
            code=code,
            credential=credential,
        )
        own = path("auth", "password-reset", "confirm")
        return await self._caller.step(own, body)

    async def confirm_email_change(self, key: str) -> None:
        """Change the address by the key of the link that was mailed to the new one."""
        await self._caller.public(path("auth", "confirm-email-change"), {"key": key})

    async def undo_email_change(self, key: str) -> None:
        """Take the old address back by the key of its link; every session ends."""
        await self._caller.public(path("auth", "undo-email-change"), {"key": key})

    async def keep_account(self, key: str) -> None:
        """Keep an account that is about to be erased."""
        await self._caller.public(path("auth", "keep-account"), {"key": key})

    async def invitation(self, key: str) -> types.OfferOutput:
        """Return who invites whom; nothing changes."""
        return await self._caller.public(path("auth", "invitation"), {"key": key})

    async def accept_invitation(
        self,
        key: str,
        *,
        password: str | None = None,
        name: str | None = None,
    ) -> types.AcceptedOutput:
        """Make the invited account; it signs nobody in."""
        body = given(key=key, password=password, name=name)
        return await self._caller.public(path("auth", "accept-invitation"), body)

    def _for_client(
        self,
        client_id: str | None,
        audience: str | None,
    ) -> dict[str, Any]:
        options = self._caller.options
        return given(
            client_id=client_id or options.public_id,
            audience=audience or options.audience,
        )
