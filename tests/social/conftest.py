"""A provider, a connection to it, and Ann, whom it knows."""

from collections.abc import Iterator

import pytest

from accounts.models import User
from social.models import Connection
from social.upstream import discovery
from tests.factories import ConnectionFactory, UserFactory
from tests.social import upstreams
from tests.social.upstreams import Upstream
from tokens.oidc import client_keys


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Forget what was asked of other tests' providers."""
    discovery.forget()
    client_keys.forget()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with upstreams.serving() as provider:
        yield provider


@pytest.fixture
def connection(
    db: None,
    upstream: Upstream,
) -> Connection:
    """An OpenID provider of everybody's."""
    made: Connection = ConnectionFactory(provider_id="example", issuer=upstream.issuer)
    return made


@pytest.fixture
def ann(db: None) -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user
