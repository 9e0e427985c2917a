"""What people are called."""

import pytest

from accounts.names import cleaned
from config.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  Ann  ", "Ann"),
        ("Re\u0301ne\u0301", "Réné"),
        ("नेपाल्\u200dको", "नेपाल्\u200dको"),
        ("x" * 150, "x" * 150),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_any_script_is_kept(
    typed: str,
    kept: str,
) -> None:
    assert cleaned(typed) == kept


@pytest.mark.parametrize(
    "typed", ["a\nb", "a\x00", "a\u202eb", "\ud800", "x" * 151, "x" * 1_000_000]
)
def test_what_confuses_readers_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        cleaned(typed)

    assert refusal.value.errors[0].pointer == "#/name"
