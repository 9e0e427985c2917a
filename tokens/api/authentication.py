"""Who calls our API: the Bearer door (RFC 6750)."""

from typing import Any

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from typing_extensions import override

from accounts.flows.verification import with_verification
from accounts.models import User
from tenants.models import Application, ServiceAccount
from tokens import verification
from tokens.errors import TokenInvalid, TokenRevoked
from tokens.principals import Principal


def bearer_of(request: Request) -> str | None:
    """Return the token of the Authorization header (the only place it may stand)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return token.strip()


class BearerAuthentication(BaseAuthentication):
    """Takes access tokens for the identity API.

    Sets `request.user` to the `User` as the database has it now, with `email_verified`,
    and `request.auth` to the `Principal`. A service that manages is a `ServiceAccount`.
    """

    @override
    def authenticate(self, request: Request) -> tuple[User, Principal] | None:
        token = bearer_of(request)
        if token is None:
            return None
        principal = verification.verify(token, audience=settings.IDENTITY_API)
        if principal.user_id is None:
            return _service(principal), principal
        people = User.objects.filter(id=principal.user_id, is_active=True)
        user = with_verification(people).first()
        if user is None:
            raise TokenRevoked
        return user, principal

    @override
    def authenticate_header(self, request: Request) -> Any:
        return "Bearer"


def _service(principal: Principal) -> ServiceAccount:
    """Return the application that a token of its own speaks for, as it stands now.

    Raises `TokenInvalid` for one of nobody, `TokenRevoked` where it manages nothing more.
    """
    if principal.claims["sub"] != principal.client_id:
        raise TokenInvalid("This token speaks for no user.")
    rows = Application.objects.select_related("tenant")
    application = rows.filter(client_id=principal.client_id).first()
    if application is None:
        raise TokenRevoked
    account = ServiceAccount.of(application)
    if not account.is_active:
        raise TokenRevoked("The application manages nothing here.")
    return account
