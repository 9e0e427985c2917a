"""Sign-up, sign-in and sign-out over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.public import PublicView
from accounts.api.requests import given as read
from accounts.errors import EmailVerificationRequired, MfaRequired
from accounts.flows import Pending
from config.errors import NotAuthenticated
from config.openapi import operation, or_bearer
from tokens.api.authentication import bearer_of
from tokens.api.serializers import (
    LoginInput,
    LogoutInput,
    PendingResponse,
    RegisterInput,
    TokenResponse,
)
from tokens.minting import TokenPair
from tokens.services import sessions, sign_in
from tokens.services.sign_in import Credentials


def answer(outcome: TokenPair | Pending) -> Response:
    """Answer with tokens, or with the 401 that says which step is missing."""
    if isinstance(outcome, Pending):
        refusals = {"mfa_required": MfaRequired}
        refusal = refusals.get(outcome.code, EmailVerificationRequired)
        waiting = {"flow_token": outcome.flow_token, "methods": outcome.methods}
        raise refusal(extra=waiting)
    return Response(outcome.response())


class RegisterView(PublicView):
    """Sign a person up."""

    @operation(
        "register",
        takes=RegisterInput,
        gives={201: TokenResponse, 202: PendingResponse},
    )
    def post(self, request: Request) -> Response:
        """Create an account; answers with tokens where no verification is required."""
        given = read(RegisterInput, request)
        outcome = sign_in.register(
            Credentials(given["email"], given["password"], given.get("name", "")),
            client_id=given.get("client_id"),
            audience=given.get("audience"),
        )
        if isinstance(outcome, Pending):
            waiting = {"flow_token": outcome.flow_token, "methods": outcome.methods}
            return Response(waiting, status=202)
        return Response(outcome.response(), status=201)


class LoginView(PublicView):
    """Sign a person in."""

    @operation("login", takes=LoginInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Exchange an address and a password for a token pair."""
        given = read(LoginInput, request)
        outcome = sign_in.log_in(
            Credentials(given["email"], given["password"]),
            client_id=given.get("client_id"),
            audience=given.get("audience"),
        )
        return answer(outcome)


class LogoutView(PublicView):
    """Sign out of one login."""

    @or_bearer
    @operation("logout", takes=LogoutInput, status=204)
    def post(self, request: Request) -> Response:
        """End the login of the Bearer token (any audience) or of `refresh_token`."""
        given = read(LogoutInput, request)
        token = given.get("refresh_token") or bearer_of(request)
        if not token:
            raise NotAuthenticated("Send a Bearer token or `refresh_token`.")
        sessions.log_out(token)
        return Response(status=204)
