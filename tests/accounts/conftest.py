"""What the accounts tests share: a caller from the network, and threads at one gate."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.db import connection

from config import context

Outcome = Any
Together = Callable[[int, Callable[[int], Any]], list[Outcome]]


@pytest.fixture(autouse=True)
def caller() -> Iterator[context.RequestContext]:
    """Call from one address of the network, as a request would."""
    with context.entered(context.RequestContext(ip="192.0.2.7")) as entered:
        yield entered


@pytest.fixture
def together(settings: Any) -> Together:
    """Run `work(0..n-1)` in n threads that start at once; refusals are returned."""
    settings.HASHING_QUEUE = 200

    def run(
        count: int,
        work: Callable[[int], Any],
    ) -> list[Outcome]:
        gate = threading.Barrier(count)

        def one(number: int) -> Outcome:
            gate.wait()
            try:
                with context.entered(context.RequestContext(ip="192.0.2.7")):
                    return work(number)
            except Exception as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


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
