"""Callers of the management API, with real tokens."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tokens import minting

As = Callable[..., APIClient]


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
