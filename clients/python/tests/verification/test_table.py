"""The table of revocations, as small as it must be."""

import tracemalloc
from random import Random

from ntt_auth.verification.table import FOR_GOOD, Table, capacity_for, subject

MILLION = 1_000_000


def test_a_million_rows_take_less_than_fifty_megabytes() -> None:
    tracemalloc.start()
    try:
        table = Table(capacity_for(MILLION))
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert table.has_room(MILLION)
    assert table.size <= held <= most < 50 * 1024 * 1024


def test_every_row_is_found_again_and_no_other() -> None:
    chance, table = Random(6), Table(capacity_for(5000))
    rows = {
        (chance.getrandbits(64) or 1, chance.getrandbits(64)): n for n in range(5000)
    }
    for key, number in rows.items():
        table.put(key, number, 2**31)
    assert table.count == 5000
    assert all(table.limit(key) == number for key, number in rows.items())
    assert all(table.limit((head, tail ^ 1)) == -1 for head, tail in rows)


def test_rows_that_fall_on_the_same_slot_stay_apart() -> None:
    table = Table()
    same = [(1 + n * table.capacity * 2**20, n) for n in range(200)]
    alike = [(5, tail) for tail in range(200)]
    for number, key in enumerate(same + alike):
        table.put(key, number, 2**31)
    assert [table.limit(key) for key in same + alike] == list(range(400))


def test_a_later_row_takes_the_place_of_an_earlier_one() -> None:
    table = Table()
    table.put((1, 2), FOR_GOOD, 100)
    table.put((1, 2), 7, 200)
    assert (table.limit((1, 2)), table.count) == (7, 1)
    assert sum(table.living(150)) == 1


def test_what_has_run_out_does_not_move() -> None:
    old, new = Table(), Table()
    old.put((1, 1), 5, 100)
    old.put((2, 2), 6, 200)
    for _ in old.moved_to(new, 150):
        pass
    assert (new.limit((1, 1)), new.limit((2, 2)), new.count) == (-1, 6, 1)


def test_a_table_is_never_filled_up() -> None:
    table = Table(capacity_for(700))
    assert table.has_room(700)
    assert not table.has_room(table.capacity)


def test_a_digest_of_zeros_is_a_key_like_any_other() -> None:
    table = Table()
    table.put(subject(bytes(16)), 3, 100)
    assert table.limit(subject(bytes(16))) == 3
