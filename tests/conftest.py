"""What every test stands on."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Forget what a worker keeps in memory: each test has a database of its own."""
    from tokens import keyring, revocations, verification

    keyring.forget()
    verification.forget()
    revocations.snapshot.forget()
    yield


@pytest.fixture
def keys(db: None) -> None:
    """A key ring with an active key of each algorithm."""
    from tokens.services.keys import ensure_signing_keys

    ensure_signing_keys()
