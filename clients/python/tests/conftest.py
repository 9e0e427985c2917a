"""What the tests share: a server on the loopback, and an issuer on it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import databases
from clients import KINDS, SECRET, Blocking, gives_tokens
from ntt_auth.rest import repeating
from servers import Issuer, Server, serving


def pytest_report_header() -> str:
    return f"the Django sites keep their rows in {databases.name()}"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def issuer(server: Server) -> Issuer:
    return Issuer(server)


@pytest.fixture(autouse=True)
def quick_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are sent again at once."""
    monkeypatch.setattr(repeating, "BASE", 0.002)


@pytest.fixture(params=["blocking", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Make clients of one kind, that block for the test in any case, and close them."""
    loop = asyncio.new_event_loop()
    made: list[Any] = []

    def one(*args: Any, **options: Any) -> Any:
        client = KINDS[request.param](*args, **options)
        made.append(client if request.param == "blocking" else Blocking(client, loop))
        return made[-1]

    yield one
    for client in made:
        (client.close if request.param == "blocking" else client.aclose)()
    loop.close()


@pytest.fixture
def service(
    make: Any,
    server: Server,
) -> Any:
    """A client of a service, whose tokens the server gives."""
    gives_tokens(server)
    return make(server.url, "billing", SECRET)
