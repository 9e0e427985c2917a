"""The table of revocations, as small as it must be."""

import tracemalloc
from random import Random

from ntt_auth.verification.table import (
    FOR_GOOD,
    SUBJECT,
    Table,
    capacity_for,
)

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
    assert all(
        table.limit(SUBJECT.pack(*key)) == number for key, number in rows.items()
    )
    others = [SUBJECT.pack(head, tail ^ 1) for head, tail in rows]
    assert all(table.limit(other) == -1 for other in others)


def test_rows_that_fall_on_the_same_slot_stay_apart() -> None:
    table = Table()
    same = [(1 + n * table.capacity * 2**20, n) for n in range(200)]
    alike = [(5, tail) for tail in range(200)]
    for number, key in enumerate(same + alike):
        table.put(key, number, 2**31)
    found = [table.limit(SUBJECT.pack(*key)) for key in same + alike]
    assert found == list(range(400))


def test_a_later_row_takes_the_place_of_an_earlier_one() -> None:
    table = Table()
    table.put((1, 2), FOR_GOOD, 100)
    table.put((1, 2), 7, 200)
    assert (table.limit(SUBJECT.pack(1, 2)), table.count) == (7, 1)
    assert sum(table.living(150)) == 1


def test_what_has_run_out_does_not_move() -> None:
    old, new = Table(), Table()
    old.put((1, 1), 5, 100)
    old.put((2, 2), 6, 200)
    for _ in old.moved_to(new, 150):
        pass
    limits = new.limit(SUBJECT.pack(1, 1)), new.limit(SUBJECT.pack(2, 2))
    assert (limits, new.count) == ((-1, 6), 1)


def test_a_table_is_never_filled_up() -> None:
    table = Table(capacity_for(700))
    assert table.has_room(700)
    assert not table.has_room(table.capacity)


def test_a_digest_of_zeros_is_a_key_like_any_other() -> None:
    table = Table()
    table.put((0, 0), 3, 100)
    assert table.limit(bytes(16)) == 3


def test_of_several_subjects_the_highest_limit_counts() -> None:
    table = Table()
    for number in (3, 9, 5):
        table.put((number, number), number, 100)
    asked = [SUBJECT.pack(number, number) for number in (8, 3, 9, 5)]
    assert table.limit(b"".join(asked)) == 9
    assert table.limit(asked[0]) == table.limit(b"") == -1
