"""A provider that stops, hangs, or signs by a new key: at worst a page that says so, soon."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from social.upstream.calls import SECONDS
from tests.e2e.oidc.plain import Plain
from tests.e2e.social.conftest import Coming, Scene, came_back, is_clean
from tests.e2e.social.instance import Instance
from tests.e2e.social.traveller import Traveller
from tokens.oidc.client_keys import UNKNOWN_SECONDS

pytestmark = pytest.mark.e2e
SOON = 3.0  # seconds within which everything else is done


def opened(
    who: Traveller,
    url: str,
) -> tuple[requests.Response, float]:
    """Return a page, and the seconds that it took."""
    began = time.monotonic()
    page = who.open(url)
    return page, time.monotonic() - began


def test_a_provider_that_stopped_is_a_page_and_works_once_it_is_back(
    scene: Scene,
    own: Plain,
    somebody: Coming,
) -> None:
    """Where it is and its keys are known, so it is gone at the token endpoint only."""
    joe = somebody("ida", "other")
    back = came_back(joe, own, "other")
    scene.other.stop()
    try:
        page, seconds = opened(joe, back)
    finally:
        scene.other.start()
    assert is_clean(page) and seconds < SOON
    assert scene.here.ask("refusals", provider_id="other")[0].startswith("token: ")
    assert scene.here.ask("account", email="ida@example.com") is None
    assert "code" in own.answer(joe)
    assert scene.here.ask("account", email="ida@example.com")["identities"]


def test_a_provider_that_hangs_is_waited_for_a_little_and_nobody_else_with_it(
    scene: Scene,
    own: Plain,
    somebody: Coming,
) -> None:
    gus, kim = somebody("max", "other"), somebody("kim", "")
    back = came_back(gus, own, "other")
    with scene.other.hanging(), ThreadPoolExecutor() as pool:
        waiting = pool.submit(opened, gus, back)
        began = time.monotonic()
        assert "code" in own.answer(kim)
        assert time.monotonic() - began < SOON
        assert not waiting.done()
        page, seconds = waiting.result()
    assert is_clean(page) and SECONDS - 1 < seconds < SECONDS + SOON
    assert scene.here.ask("account", email="max@example.com") is None
    assert "code" in own.answer(gus)


def test_a_provider_that_was_never_there_is_a_page(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    """Where it is cannot be asked: nobody is sent off, not even by the parameter."""
    joe = somebody("joe", "absent")
    began = time.monotonic()
    assert is_clean(joe.go(own.url()))
    assert is_clean(joe.go(own.url(connection="absent")))
    assert time.monotonic() - began < SOON
    assert here.ask("refusals", provider_id="absent")[0].startswith("discovery: ")


@pytest.mark.spec("OIDC Core 10.1.1")
def test_new_keys_are_asked_for_but_not_all_the_time(
    scene: Scene,
    own: Plain,
    somebody: Coming,
) -> None:
    """`scene` had somebody sign in by `rotating`: its first key is known by then."""
    left = scene.began + UNKNOWN_SECONDS + 0.5 - time.monotonic()
    time.sleep(max(0.0, left))
    scene.certified.rotate()
    assert "code" in own.answer(somebody("ned", "rotating"))
    scene.certified.rotate()
    assert is_clean(somebody("ned", "rotating").go(own.url()))
    refusals = scene.here.ask("refusals", provider_id="rotating")
    assert refusals == ["jwks: no key for it"]
