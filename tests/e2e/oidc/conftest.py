"""A running service, its cast, and who comes to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.processes import free_port
from tests.browser.conftest import chromium as _chromium
from tests.e2e.oidc import node
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.play import API, applications, people
from tests.e2e.oidc.service import Service, prepared

chromium = _chromium


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """The web server of all clients here."""
    listening = Listener()
    yield listening
    listening.stop()


@pytest.fixture(scope="session")
def shop_port() -> int:
    """Where the Django client will listen."""
    return free_port()


@pytest.fixture(scope="session")
def service(
    tmp_path_factory: pytest.TempPathFactory,
    listener: Listener,
    shop_port: int,
) -> Iterator[Service]:
    """The running service."""
    made = prepared(tmp_path_factory.mktemp("service"))
    made.perform(
        {
            "apis": {API: ["orders:read", "orders:write"]},
            "people": people(),
            "applications": applications(
                listener.origin, f"http://localhost:{shop_port}"
            ),
        }
    )
    made.server.start()
    yield made
    made.server.stop()


@pytest.fixture
def ann(service: Service) -> Person:
    """Ann, in a browser in which nobody is signed in."""
    return person(service, "ann")


def person(
    service: Service,
    name: str,
) -> Person:
    """Return somebody of the cast in a new browser."""
    return Person(service.issuer, **service.cast[name])


Play = Callable[..., dict[str, Any]]


@pytest.fixture
def converse(
    service: Service,
    listener: Listener,
) -> Play:
    """Run a script as one client of the cast; a person does what it asks for."""

    def run(
        script: str,
        client: str,
        who: Person | None = None,
        *,
        answers: node.Answers | None = None,
        **settings: Any,
    ) -> dict[str, Any]:
        usual = {
            "issuer": service.issuer,
            "redirect_uri": f"{listener.origin}/callback",
            "scope": "openid",
            "method": "basic" if service.cast[client]["client_secret"] else "none",
            "audience": API,
            **service.cast[client],
        }
        walking = {"open": who.walk} if who else {}
        return node.converse(script, {**usual, **settings}, walking | (answers or {}))

    return run
