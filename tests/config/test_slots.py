"""Places for slow things: no more than there are, and not all of them for one owner."""

import threading
import time

from config.slots import Slots


def test_there_are_so_many_places_and_one_comes_back() -> None:
    slots = Slots(2)
    assert [slots.take() for _ in range(3)] == [True, True, False]
    slots.leave()
    assert slots.take()


def test_one_owner_takes_a_third_and_others_their_own() -> None:
    slots = Slots(6)
    assert [slots.take("one") for _ in range(3)] == [True, True, False]
    assert slots.take("another")
    slots.leave("one")
    assert slots.take("one")


def test_of_a_single_place_an_owner_may_have_it() -> None:
    slots = Slots(1)
    assert slots.take("one")
    assert not slots.take("another")
    slots.leave("one")
    assert slots.take("another")


def test_who_waits_gets_the_place_that_comes_back_in_time() -> None:
    slots = Slots(1)
    assert slots.take("one")
    assert not slots.take("another", seconds=0.05)
    threading.Timer(0.1, slots.leave, ["one"]).start()
    assert slots.take("another", seconds=3)


def test_whose_share_is_used_up_does_not_wait() -> None:
    slots = Slots(3)
    assert slots.take("one")
    begun = time.monotonic()
    assert not slots.take("one", seconds=3)
    assert time.monotonic() - begun < 1


def test_a_refusal_takes_nothing_from_the_share() -> None:
    slots = Slots(1)
    assert slots.take()
    assert not slots.take("one")
    slots.leave()
    assert slots.take("one")
