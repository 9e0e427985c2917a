"""Callers of the token endpoints: Alice, Bob, and what they hold."""

from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tests.tokens.doors import Doors
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


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """Both ways, neither of which closes the connection that the test's rows are in."""
    monkeypatch.setattr("config.door.close_old_connections", lambda: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Doors()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
