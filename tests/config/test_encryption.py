import pytest
from pytest_django import Settings

from config.encryption import decrypt, encrypt
from config.errors import Unavailable


def test_what_was_sealed_is_read_again() -> None:
    assert decrypt(encrypt("pässword ✓")) == "pässword ✓"


def test_the_sealed_text_shows_nothing_and_is_never_the_same() -> None:
    first, second = encrypt("a secret"), encrypt("a secret")
    assert "secret" not in first
    assert first != second


def test_a_new_key_in_front_still_reads_what_the_old_one_sealed(
    settings: Settings,
) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    sealed = encrypt("kept")
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert decrypt(sealed) == "kept"
    resealed = encrypt("kept")
    settings.ENCRYPTION_KEYS = ["new"]
    assert decrypt(resealed) == "kept"


def test_a_dropped_key_is_said_without_the_value(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    sealed = encrypt("kept")
    settings.ENCRYPTION_KEYS = ["new"]
    with pytest.raises(Unavailable, match="No key in ENCRYPTION_KEYS") as refusal:
        decrypt(sealed)
    assert sealed not in str(refusal.value)


@pytest.mark.parametrize("forged", ["", "plain", "gAAAAABforged=="])
def test_what_was_never_sealed_is_refused(forged: str) -> None:
    with pytest.raises(Unavailable):
        decrypt(forged)
