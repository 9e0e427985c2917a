"""Callers of the token endpoints: Alice, Bob, and what they hold."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tokens import minting
from tokens.minting import TokenPair


@pytest.fixture
def client() -> APIClient:
    """An anonymous caller."""
    return APIClient()


@pytest.fixture
def pair_of(keys: None) -> Callable[..., TokenPair]:
    """Sign a user in without a password; `scopes` are the application's."""

    def make(
        user: User | None = None,
        *,
        scopes: tuple[str, ...] = ("account",),
    ) -> TokenPair:
        application = ApplicationFactory(scopes=list(scopes))
        session = SessionFactory(
            user=user or UserFactory(),
            application=application,
            scope=" ".join(scopes),
        )
        return minting.issue(session.sid)

    return make


@pytest.fixture
def as_bearer() -> Callable[[TokenPair], APIClient]:
    """Return a caller who sends a pair's access token."""

    def make(pair: TokenPair) -> APIClient:
        caller = APIClient()
        caller.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access_token}")
        return caller

    return make


@pytest.fixture
def pair(pair_of: Callable[..., TokenPair]) -> TokenPair:
    """Tokens of somebody's session."""
    return pair_of()
