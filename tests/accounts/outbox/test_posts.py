"""Forms that are made when they are sent, and hosts that do not answer."""

import socket
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from accounts.outbox import posts
from accounts.outbox.posts import HostResting, Post, PostRefused
from config.fields import uuid7
from config.outbound import Bounds, OutboundRefused
from tests.config.peers import reply, saying, serving

NAME = "test"


@pytest.fixture(autouse=True)
def _awake(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> Iterator[None]:
    settings.ISSUER = "http://127.0.0.1:8000"
    monkeypatch.setattr(posts, "_builders", {})
    monkeypatch.setattr(posts, "_BOUNDS", Bounds(seconds=0.6, waits=True))
    monkeypatch.setattr(posts, "SLOW_SECONDS", 0.3)
    posts.wake()
    yield
    posts.wake()


def going_to(
    url: str | None,
    owner: str = "",
) -> None:
    """Have the deliveries of this test go there."""

    def build(
        delivery_id: UUID,
        data: dict[str, Any],
    ) -> Post | None:
        form = {"id": str(delivery_id), "of": data["of"]}
        return Post(url, form, owner) if url else None

    posts.register(NAME, build)


def send(delivery_id: UUID | None = None) -> None:
    """Send one."""
    payload = {"builder": NAME, "data": {"of": "a&b"}}
    posts.send(delivery_id or uuid7(), payload)


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_a_form_is_made_and_posted(status: str) -> None:
    delivery_id = uuid7()
    with serving(saying(reply(b"", status))) as peer:
        going_to(peer.url("/logout?x=1"))
        send(delivery_id)
    head, _, body = peer.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /logout?x=1 HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert body.decode() == f"id={delivery_id}&of=a%26b"


@pytest.mark.parametrize("status", ["201 Made", "202 Later", "400 Bad", "500 Down"])
def test_any_other_answer_is_a_failure_that_names_its_status(status: str) -> None:
    with serving(saying(reply(b"secret", status))) as peer:
        going_to(peer.url())
        for _ in range(2):
            with pytest.raises(PostRefused) as caught:
                send()
            assert caught.value.status == int(status[:3])
    assert len(peer.asked) == 2


def test_nothing_is_sent_where_the_builder_says_so() -> None:
    going_to(None)
    send()


def test_a_builder_that_nobody_registered_is_an_error() -> None:
    with pytest.raises(KeyError):
        send()


def hang(
    peer: socket.socket,
    asked: bytes,
) -> None:
    """Take a request, and say nothing."""
    peer.recv(1)


def test_a_host_that_does_not_answer_rests_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(hang) as slow, serving(saying(reply())) as quick:
        going_to(slow.url())
        with pytest.raises(OutboundRefused):
            send()
        with pytest.raises(HostResting):
            send()
        assert len(slow.asked) == 1
        going_to(quick.url())
        send()
        going_to(slow.url())
        monkeypatch.setattr(posts, "REST_SECONDS", 0.0)
        posts.wake()
        for _ in range(2):
            with pytest.raises(OutboundRefused):
                send()
    assert len(slow.asked) == 3


def test_only_so_many_hosts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "_MOST_RESTING", 2)
    monkeypatch.setattr(posts, "SLOW_SECONDS", -1.0)
    for number in range(5):
        going_to(f"https://10.0.0.{number}/")
        with pytest.raises(OutboundRefused):
            send()
    assert len(posts._resting) <= 2


def test_what_fails_at_once_lets_nobody_rest() -> None:
    with serving(saying(reply(b"", "302 Found"))) as peer:
        going_to(peer.url())
        for _ in range(2):
            with pytest.raises(OutboundRefused):
                send()
        assert len(peer.asked) == 2


def test_a_host_rests_for_whoever_made_it_wait_and_for_nobody_else() -> None:
    with serving(hang) as shared:
        going_to(shared.url("/slow"), "hostile tenant")
        with pytest.raises(OutboundRefused):
            send()
        with pytest.raises(HostResting):
            send()
        going_to(shared.url("/logout"), "its victim")
        with pytest.raises(OutboundRefused):
            send()
        assert len(shared.asked) == 2


def test_an_owner_of_many_slow_hosts_rests_altogether(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posts, "SLOW_SECONDS", -1.0)
    for number in range(3):
        going_to(f"https://10.0.0.{number}/", "hostile tenant")
        with pytest.raises(OutboundRefused):
            send()
    going_to("https://10.0.0.9/", "hostile tenant")
    with pytest.raises(HostResting):
        send()
    going_to("https://10.0.0.9/", "somebody else")
    with pytest.raises(OutboundRefused):
        send()


def test_a_host_that_answers_well_but_slowly_leaves_time_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posts, "_BOUNDS", Bounds(seconds=5, waits=True))
    monkeypatch.setattr(posts, "REST_SECONDS", 3600.0)

    def linger(
        peer: socket.socket,
        asked: bytes,
    ) -> None:
        time.sleep(0.35)
        peer.sendall(reply())

    with serving(linger) as slow:
        going_to(slow.url(), "hostile tenant")
        send()
        with pytest.raises(HostResting):
            send()
        (until,) = posts._resting.values()
        assert until - time.monotonic() < 4 * 5
        monkeypatch.setattr(posts, "_resting", {})
        send()
    assert len(slow.asked) == 2
