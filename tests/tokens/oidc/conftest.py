"""Ann, a client, and a client that people are asked about."""

import pytest

from accounts.models import User
from tests.factories import UserFactory
from tests.tokens.oidc.party import Party, client_application, orders_application


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def party() -> Party:
    return Party(client_application())


@pytest.fixture
def third() -> Party:
    """A client that people are asked about."""
    return Party(orders_application(is_first_party=False, name="Books"))
