"""What all foreign hashers have in common."""

import unicodedata

import bcrypt
import pytest
from django.contrib.auth.hashers import check_password, get_hasher, identify_hasher

from accounts.hashers import Slots
from accounts.hashers.foreign import unpadded
from accounts.hashers.kinds import FOREIGN
from config.errors import Unavailable


def made(password: str) -> str:
    """Return a bcrypt hash as we keep it."""
    return "bcrypt$" + bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize("name", FOREIGN)
def test_django_knows_each_and_none_is_ever_made(name: str) -> None:
    hasher = get_hasher(name)
    assert type(hasher) is type(FOREIGN[name])
    assert hasher.must_update("")
    assert hasher.safe_summary("secret") == {"algorithm": name}
    assert hasher.harden_runtime("x", "y") is None
    with pytest.raises(TypeError, match="never made"):
        hasher.encode("x", "y")


def test_a_right_password_asks_for_ours_and_a_wrong_one_does_not() -> None:
    stored: list[str] = []
    assert check_password("seven green kettles", made("seven green kettles"), None)
    assert check_password("kettle", made("kettle"), stored.append)
    assert not check_password("kettles", made("kettle"), stored.append)
    assert stored == ["kettle"]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_a_password_is_tried_as_we_hash_it_and_as_it_was_typed(form: str) -> None:
    typed = unicodedata.normalize("NFD", "Grüße aus Köln")
    origin = unicodedata.normalize(form, typed)  # type: ignore[arg-type]
    assert check_password(typed, made(origin))
    assert check_password("ﬁn Ⅳ", made("ﬁn Ⅳ"))  # NFKC alone would lose it


def test_each_try_takes_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    lock = Slots._lock

    def counting(self: Slots) -> int:
        taken.append(1)
        return lock(self)

    monkeypatch.setattr(Slots, "_lock", counting)
    encoded = made("kettle")
    identify_hasher(encoded).verify("wrong", encoded)
    assert len(taken) == 1
    identify_hasher(encoded).verify("ﬁn", encoded)
    assert len(taken) == 3


def test_a_full_queue_refuses_a_foreign_check_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(self: Slots) -> None:
        raise Unavailable("full")

    monkeypatch.setattr(Slots, "one", full)
    with pytest.raises(Unavailable):
        identify_hasher(made("x")).verify("x", made("x"))


def test_too_little_memory_is_no_wrong_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def short(*words: object) -> bool:
        raise MemoryError

    monkeypatch.setattr("accounts.hashers.kinds.bcrypt.checkpw", short)
    with pytest.raises(Unavailable):
        identify_hasher(made("x")).verify("x", made("x"))


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("rest", ["", "$", "$$", "$1$2$3$4$5", "\x00", "$sha1$1$a$=b"])
def test_a_broken_hash_proves_nothing(
    name: str,
    rest: str,
) -> None:
    assert FOREIGN[name].verify("x", name + rest) is False


def test_what_cannot_be_encoded_proves_nothing() -> None:
    assert not check_password("\ud800", made("x"))


def test_padding_of_base64_may_be_left_out() -> None:
    assert unpadded("YQ") == unpadded("YQ==") == b"a"
    for wrong in ("Y", "Y!", "Y=Q", "YQ\n", "é"):
        with pytest.raises(ValueError):
            unpadded(wrong)
