"""The registry of who holds personal data."""

import pytest

from accounts.models import User
from accounts.privacy import holders
from accounts.privacy.holders import Holder


def test_who_joins_takes_part_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "_holders", {})
    first = Holder("a.b", (), lambda user: [], holders.nothing)
    again = Holder("a.b", (), lambda user: {}, holders.nothing)
    other = Holder("a.c", (), lambda user: [], holders.nothing)

    for holder in (first, again, other):
        holders.register(holder)

    assert holders.holders() == (again, other)
    holders.nothing(User())
