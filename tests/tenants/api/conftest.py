"""Callers of the management API, and people who are signed in, with real tokens."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tenants.models import Membership, Tenant
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tokens import minting
from tokens.models import Session

As = Callable[..., APIClient]
ME = "/api/v1/users/me"


@dataclass(frozen=True)
class SignedIn:
    """Somebody with a session in an application of the tenant, and its tokens."""

    session: Session
    access_token: str
    refresh_token: str

    def read(self) -> int:
        """Return the status of a call with the access token."""
        return self.read_with(self.access_token)

    def read_with(self, token: str) -> int:
        """Return the status of a call with this access token."""
        caller = APIClient()
        caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return int(caller.get(ME).status_code)

    def refresh(self) -> tuple[int, dict[str, str]]:
        """Return status and body of a refresh."""
        body = {"refresh_token": self.refresh_token}
        answer = APIClient().post("/api/v1/tokens/refresh", body, format="json")
        return answer.status_code, answer.json()

    @property
    def membership(self) -> Membership:
        """The membership that admits them, as stored."""
        return Membership.objects.get(
            user=self.session.login.user, tenant=self.session.application.tenant
        )


@pytest.fixture
def signed_in(
    keys: None,
    tenant: Tenant,
) -> SignedIn:
    """A member who is signed in to a first-party application of `tenant`."""
    application = ApplicationFactory(tenant=tenant, scopes=["account"])
    session: Session = SessionFactory(application=application)
    pair = minting.issue(session.sid)
    assert pair.refresh_token
    return SignedIn(session, pair.access_token, pair.refresh_token)


@pytest.fixture
def client() -> APIClient:
    """An anonymous caller."""
    return APIClient()


@pytest.fixture
def as_user(keys: None) -> As:
    """Return a caller with a token for a user and these scopes."""

    def make(
        user: User | None = None,
        *,
        scopes: tuple[str, ...] = ("manage",),
    ) -> APIClient:
        application = ApplicationFactory(scopes=list(scopes))
        session = SessionFactory(
            user=user or UserFactory(),
            application=application,
            scope=" ".join(scopes),
        )
        caller = APIClient()
        token = minting.issue(session.sid).access_token
        caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return caller

    return make


@pytest.fixture
def root(
    as_user: As,
    superuser: User,
) -> APIClient:
    """A superuser with the scope `manage`."""
    return as_user(superuser)


@pytest.fixture
def manager(
    as_user: As,
    admin: User,
) -> APIClient:
    """The tenant's admin with the scope `manage`."""
    return as_user(admin)
