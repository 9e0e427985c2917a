"""An exchange in a thread of its own: how many are left behind, and what comes of it."""

import threading
from collections.abc import Iterator

import pytest

from ntt_auth import _errand
from ntt_auth._errand import Errand, Late, NoThread
from ntt_auth._http import Channel, NeverSent, Request
from servers import until


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What all exchanges hang at until the test is over."""
    found = threading.Event()
    yield found
    found.set()
    until(lambda: not any(one.is_alive() for one in tuple(_errand._left)))


def test_threads_left_behind_are_bounded_and_come_back(gate: threading.Event) -> None:
    for _ in range(_errand.MOST_LEFT):
        with pytest.raises(Late):
            Errand(None).run(gate.wait, 0.001)
    before = threading.active_count()
    with pytest.raises(NoThread):
        Errand(None).run(gate.wait, 0.001)
    with pytest.raises(NeverSent):
        Channel().send(Request("GET", "http://127.0.0.1:1/"))
    assert threading.active_count() == before
    gate.set()
    until(lambda: not any(one.is_alive() for one in tuple(_errand._left)))
    assert Errand(None).run(lambda: "again", 5) == "again"


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, ValueError])
def test_whatever_ends_an_exchange_is_raised(error: type[BaseException]) -> None:
    def ends() -> None:
        raise error

    with pytest.raises(error):
        Errand(None).run(ends, 5)


def test_an_exchange_for_which_there_is_no_thread_is_run_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", full)
    assert Errand(None).run(threading.get_ident, 5) == threading.get_ident()
