"""What one tenant's slow servers cost the others: nothing."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from config import outbound
from config.outbound import Bounds, OutboundRefused, fetch
from config.slots import Slots
from tests.config.peers import reply, saying, serving

THEIRS = Bounds(seconds=0.2, owner="hostile tenant")
OTHERS = Bounds(seconds=0.6, owner="its victim")


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every lookup of a name hangs until the test is over."""
    hold, found = threading.Event(), socket.getaddrinfo

    def look(
        host: str,
        *more: Any,
        **named: Any,
    ) -> Any:
        if host != "127.0.0.1":
            hold.wait(5)
            return []
        return found(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look)
    yield
    hold.set()


@pytest.mark.usefixtures("hanging")
def test_lookups_of_one_owner_that_hang_hold_up_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound, "_lookups", Slots(3))
    with serving(saying(reply(b"yes"))) as peer:
        for number in range(3):
            with pytest.raises(OutboundRefused):
                fetch("GET", f"https://{number}.example.com/", bounds=THEIRS)
        with pytest.raises(OutboundRefused):
            fetch("GET", peer.url(), bounds=THEIRS)
        assert fetch("GET", peer.url(), bounds=OTHERS).body == b"yes"
