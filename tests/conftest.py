"""What every test stands on."""

import functools
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

Together = Callable[[int, Callable[[int], Any]], list[Any]]


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Forget what a worker keeps in memory: each test has a database of its own."""
    from tokens import keyring, revocations, verification
    from tokens.oidc.services import machines

    keyring.forget()
    verification.forget()
    revocations.snapshot.forget()
    machines.forget()
    yield


@functools.cache
def _pair(algorithm: str) -> tuple[str, str]:
    """Return a key pair that all tests share: an RSA key takes a tenth of a second."""
    from tokens import keyring

    jwk, sealed = keyring.generate(algorithm)
    return json.dumps(jwk), sealed


@pytest.fixture
def keys(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A key ring with an active key of each algorithm."""
    from tokens import keyring
    from tokens.services.keys import ensure_signing_keys

    pairs = {algorithm: _pair(algorithm) for algorithm in keyring.ALGORITHMS}
    with monkeypatch.context() as patched:
        patched.setattr(
            keyring,
            "generate",
            lambda algorithm: (json.loads(pairs[algorithm][0]), pairs[algorithm][1]),
        )
        ensure_signing_keys()


@pytest.fixture
def together(settings: Any) -> Together:
    """Run `work(0..n-1)` in n threads that start at once; what they raise is returned.

    Each calls from where the test calls.
    """
    from django.db import connection

    from config import context

    settings.HASHING_QUEUE = 200
    caller = context.current()

    def run(
        count: int,
        work: Callable[[int], Any],
    ) -> list[Any]:
        gate = threading.Barrier(count)

        def one(number: int) -> Any:
            gate.wait()
            try:
                with context.entered(caller):
                    return work(number)
            except Exception as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


@pytest.fixture
def speaking(
    settings: Any,
    tmp_path: Any,
) -> Callable[[str, dict[str, str]], None]:
    """Offer a language whose catalog says just this."""
    from config import catalogs, languages

    def speak(
        language: str,
        words: dict[str, str],
    ) -> None:
        entries = [
            catalogs.Entry(catalogs.Message(""), (catalogs.header(language),)),
            *(catalogs.Entry(catalogs.Message(k), (v,)) for k, v in words.items()),
        ]
        path = tmp_path / language / "LC_MESSAGES" / "django.mo"
        path.parent.mkdir(parents=True)
        path.write_bytes(catalogs.compiled(entries))
        languages._offered.cache_clear()
        settings.LOCALE_PATHS = [tmp_path]  # Django forgets the catalogs it has read

    return speak
