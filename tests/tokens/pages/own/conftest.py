"""Ann, who is signed in in a browser."""

from typing import Any

import pytest

from accounts.models import User
from tests.factories import UserFactory
from tests.passkeys import ISSUER
from tests.tokens.pages.browsers import Browser, signed_in


@pytest.fixture(autouse=True)
def _pages(settings: Any) -> None:
    settings.ISSUER = ISSUER


@pytest.fixture
def ann(keys: None) -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def browser(ann: User) -> Browser:
    return signed_in(ann)
