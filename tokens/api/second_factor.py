"""Second factors over REST: at sign-in, by passkey alone, and proving again who one is."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import AccountScope
from accounts.api.public import PublicView
from accounts.api.requests import caller
from accounts.api.requests import given as read
from accounts.flows.second_factor import PASSKEY, TOTP
from config.openapi import operation
from tokens.api.factor_serializers import (
    CreationOptions,
    EnrolledTokens,
    EnrolPasskeyInput,
    EnrolTotpInput,
    MfaInput,
    PasskeyBegun,
    PasskeyInput,
    ReauthenticateInput,
    RequestOptions,
    TotpSecret,
)
from tokens.api.serializers import ClientFields, FlowInput, TokenResponse
from tokens.api.sessions import asking
from tokens.api.sign_in import handed
from tokens.services import entrances, renewal, second_factor
from tokens.services.second_factor import Proof


class MfaView(PublicView):
    """The second factor, where one is asked for."""

    @operation("proveSecondFactor", takes=MfaInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Exchange `flow_token` and a second factor for a token pair.

        `code` for `totp` and `recovery_code`, `credential` (WebAuthn's JSON) for `webauthn`.
        """
        given = read(MfaInput, request)
        proof = Proof(given["method"], given.get("code", ""), given.get("credential"))
        return Response(handed(second_factor.prove(given["flow_token"], proof)))


class MfaOptionsView(PublicView):
    """What a browser needs to ask for a passkey as second factor."""

    @operation("secondFactorOptions", takes=FlowInput, gives=RequestOptions)
    def post(self, request: Request) -> Response:
        """Return WebAuthn request options for a flow that asks for a second factor."""
        flow_token = read(FlowInput, request)["flow_token"]
        return Response({"options": second_factor.options(flow_token)})


class PasskeyOptionsView(PublicView):
    """The beginning of a sign-in by passkey alone."""

    @operation("beginPasskeyLogin", takes=ClientFields, gives=PasskeyBegun)
    def post(self, request: Request) -> Response:
        """Return a `flow_token` and WebAuthn request options; no address is asked for."""
        given = read(ClientFields, request)
        entrance = entrances.rest(given.get("client_id"), given.get("audience"))
        flow_token, options = second_factor.begin_passkey(entrance)
        return Response({"flow_token": flow_token, "options": options})


class PasskeyView(PublicView):
    """The end of a sign-in by passkey alone."""

    @operation("passkeyLogin", takes=PasskeyInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Exchange a passkey's answer for a token pair."""
        given = read(PasskeyInput, request)
        outcome = second_factor.enter_by_passkey(
            given["flow_token"], given["credential"]
        )
        return Response(handed(outcome))


class ReauthenticateView(APIView):
    """Proving again who one is, for what asks for a recent proof (RFC 9470)."""

    permission_classes = [AccountScope]

    @operation("reauthenticate", takes=ReauthenticateInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Renew the session's `auth_time` with the password; a factor is asked for next.

        Without a password a passkey alone is asked for. Answers with a new token pair, or
        with 401 `mfa_required`, to be finished at `auth/mfa`.
        """
        given = read(ReauthenticateInput, request)
        session = asking(request, caller(request))
        outcome = renewal.reauthenticate(session, password=given.get("password"))
        return Response(handed(outcome))


class _EnrolView(PublicView):
    """A factor that a policy asks for is set up at sign-in, with its `flow_token`."""

    def finish(
        self,
        flow_token: str,
        proof: Proof,
    ) -> Response:
        outcome, enrolled = second_factor.enter_by_enrolling(flow_token, proof)
        codes: dict[str, Any] = {"recovery_codes": enrolled.recovery_codes}
        return Response(handed(outcome) | codes)


class EnrolTotpView(PublicView):
    """An authenticator app: its secret."""

    @operation("enrolTotpAtLogin", takes=FlowInput, gives=TotpSecret)
    def post(self, request: Request) -> Response:
        """Return a TOTP secret (RFC 6238) for an authenticator app."""
        secret, uri = second_factor.enrol_totp(read(FlowInput, request)["flow_token"])
        return Response({"secret": secret, "otpauth_uri": uri})


class EnrolTotpConfirmView(_EnrolView):
    """An authenticator app: its first code."""

    @operation("confirmTotpAtLogin", takes=EnrolTotpInput, gives=EnrolledTokens)
    def post(self, request: Request) -> Response:
        """Prove the secret by a code, and be signed in. Keep the recovery codes."""
        given = read(EnrolTotpInput, request)
        return self.finish(given["flow_token"], Proof(TOTP, given["code"]))


class EnrolPasskeyView(PublicView):
    """A passkey: what a browser needs to make one."""

    @operation("enrolPasskeyAtLogin", takes=FlowInput, gives=CreationOptions)
    def post(self, request: Request) -> Response:
        """Return WebAuthn creation options."""
        options = second_factor.enrol_passkey(read(FlowInput, request)["flow_token"])
        return Response({"options": options})


class EnrolPasskeyConfirmView(_EnrolView):
    """A passkey: the one that was made."""

    @operation("confirmPasskeyAtLogin", takes=EnrolPasskeyInput, gives=EnrolledTokens)
    def post(self, request: Request) -> Response:
        """Keep the passkey, and be signed in. Keep the recovery codes."""
        given = read(EnrolPasskeyInput, request)
        proof = Proof(
            PASSKEY, credential=given["credential"], name=given.get("name", "")
        )
        return self.finish(given["flow_token"], proof)
