"""Alice, who has an account, and Root, who may manage all; tokens made by hand."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import UserFactory


def calling(
    user: User,
    scope: str = "manage",
) -> APIClient:
    """Return a client whose token carries `scope`."""
    client = APIClient()
    token = SimpleNamespace(scope=frozenset({scope}), client_id="default", sid=None)
    client.force_authenticate(user, token=token)  # type: ignore[arg-type]
    return client


@pytest.fixture
def alice() -> User:
    """Somebody with an account."""
    user: User = UserFactory.create(email="Alice@example.com", name="Alice")
    return user


@pytest.fixture
def root() -> User:
    """A superuser."""
    user: User = UserFactory.create(is_superuser=True)
    return user
