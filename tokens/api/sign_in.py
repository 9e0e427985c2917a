"""Sign-up, sign-in and sign-out over REST."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.public import PublicView
from accounts.api.requests import given as read
from accounts.errors import (
    EmailVerificationRequired,
    MfaEnrollmentRequired,
    MfaRequired,
)
from accounts.flows import Pending
from config.errors import NotAuthenticated
from config.openapi import operation, or_bearer
from tokens import minting
from tokens.api.authentication import bearer_of
from tokens.api.serializers import (
    LoginInput,
    LogoutInput,
    PendingResponse,
    RegisterInput,
    TokenResponse,
)
from tokens.models import Session
from tokens.services import sessions, sign_in
from tokens.services.sign_in import Credentials

_MISSING = {
    refusal.code: refusal
    for refusal in (EmailVerificationRequired, MfaRequired, MfaEnrollmentRequired)
}


def handed(outcome: Session | Pending) -> dict[str, Any]:
    """Return the token response of a session; raises the 401 that says what is missing."""
    if isinstance(outcome, Pending):
        raise _MISSING[outcome.code](extra=outcome.extra)
    return minting.issue(outcome.sid).response()


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
        if (
            isinstance(outcome, Pending)
            and outcome.code == EmailVerificationRequired.code
        ):
            return Response(outcome.extra, status=202)
        return Response(handed(outcome), status=201)


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
        return Response(handed(outcome))


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
