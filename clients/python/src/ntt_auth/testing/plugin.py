"""The pytest plugin: `ntt_auth_issuer` and `ntt_auth_token`.

    def test_orders(client, ntt_auth_token):
        headers = ntt_auth_token.headers(scopes=["orders:read"])
        assert client.get("/orders", headers=headers).status_code == 200

Costs nothing in suites that use neither.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ntt_auth.testing import Issuer, Tokens


@pytest.fixture
def ntt_auth_issuer(monkeypatch: pytest.MonkeyPatch) -> "Iterator[Issuer]":
    """Play the issuer of the application under test, in memory, for one test.

    Issuer and audience are those of the application's verifiers. They have forgotten
    everything before the test and after it. For its time there is a client to make by
    `Client.from_env()`, where the environment has none.
    """
    from ntt_auth.testing import Issuer, application

    for name, value in application.environment().items():
        monkeypatch.setenv(name, value)
    with Issuer().installed() as issuer:
        yield issuer


@pytest.fixture
def ntt_auth_token(ntt_auth_issuer: "Issuer") -> "Tokens":
    """Mint tokens that the application under test takes, and some that it must not."""
    return ntt_auth_issuer.tokens


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Have the issuer there before an application starts, whatever a test names first."""
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        if "ntt_auth_issuer" in names:
            names.remove("ntt_auth_issuer")
            names.insert(0, "ntt_auth_issuer")
