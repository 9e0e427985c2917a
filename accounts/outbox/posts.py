"""Forms posted to applications: made when they are sent, as what they say is short-lived.

An app registers who makes a form (`register`, in `AppConfig.ready`), and leaves deliveries
that name it (`services.enqueue_posts`). The worker must reach everybody else too: a host
that keeps it waiting rests for a while, and its deliveries fail at once meanwhile. It rests
for the owner of the delivery only: anybody may register an address at another's host. An
owner of several such hosts rests altogether.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from config.outbound import Bounds, OutboundRefused, fetch

REST_SECONDS = 30.0
SLOW_SECONDS = 1.0  # what ends sooner than this keeps nobody waiting
_BOUNDS = Bounds(seconds=5.0, most_bytes=16 * 1024, waits=True)
_ACCEPTED = (200, 204)
_MOST_RESTING = 1000
_MOST_OF_ONE = 3
_REST_OF_SLOW = 4.0  # who answers well but slowly has a fifth of the worker's time
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Post:
    """A form, where it goes, and who registered that address."""

    url: str
    form: dict[str, str]
    owner: str = ""


class PostRefused(Exception):
    """The application answered, and not with 200 or 204."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HostResting(Exception):
    """The host kept us waiting a moment ago, and is not asked again yet."""


Builder = Callable[[UUID, dict[str, Any]], Post | None]
_builders: dict[str, Builder] = {}
_resting: dict[tuple[str, str], float] = {}


def register(
    name: str,
    builder: Builder,
) -> None:
    """Let `builder` make what deliveries of this name say; called from `AppConfig.ready`.

    It gets the delivery's id (equal on every attempt) and what was left with it, and
    returns None where nothing is to be sent any more.
    """
    _builders[name] = builder


def send(
    delivery_id: UUID,
    payload: dict[str, Any],
) -> None:
    """Make one form and post it; raises to be called again later."""
    post = _builders[payload["builder"]](delivery_id, payload["data"])
    if post is None:
        return
    if _rests(post):
        raise HostResting
    begun = time.monotonic()
    try:
        body = urlencode(post.form).encode()
        bounds = replace(_BOUNDS, owner=post.owner)
        status = fetch("POST", post.url, body=body, headers=_FORM, bounds=bounds).status
    except OutboundRefused:
        _rest(post, begun)
        raise
    if status not in _ACCEPTED:
        _rest(post, begun)
        raise PostRefused(status)
    _rest(post, begun, times=_REST_OF_SLOW)


def _place_of(post: Post) -> tuple[str, str]:
    return post.owner, urlsplit(post.url).netloc.lower()


def _rests(post: Post) -> bool:
    now, place = time.monotonic(), _place_of(post)
    theirs = [
        key for key, until in _resting.items() if key[0] == place[0] and until > now
    ]
    return place in theirs or len(theirs) >= _MOST_OF_ONE


def _rest(
    post: Post,
    begun: float,
    *,
    times: float = math.inf,
) -> None:
    """Let a host rest that took its time; so many times as long as it took, at most."""
    now = time.monotonic()
    took = now - begun
    if took <= SLOW_SECONDS:
        return
    if len(_resting) >= _MOST_RESTING:
        _resting.clear()
    _resting[_place_of(post)] = now + min(REST_SECONDS, took * times)


def wake() -> None:
    """Forget which hosts rest (tests)."""
    _resting.clear()
