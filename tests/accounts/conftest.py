"""What the accounts tests share: a caller from the network, and the hashes that run."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher

from config import context


@pytest.fixture(autouse=True)
def caller() -> Iterator[context.RequestContext]:
    """Call from one address of the network, as a request would."""
    with context.entered(context.RequestContext(ip="192.0.2.7")) as entered:
        yield entered


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every bcrypt that runs: the work that a caller could time."""
    seen: list[str] = []
    encode = BCryptSHA256PasswordHasher.encode

    def counting(
        self: Any,
        password: str,
        salt: Any,
    ) -> str:
        seen.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(BCryptSHA256PasswordHasher, "encode", counting)
    return seen
