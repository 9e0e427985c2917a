"""Which format a hash is in is found out from the hash."""

from typing import Any

import bcrypt
import pytest
from django.contrib.auth.hashers import (
    check_password,
    is_password_usable,
    make_password,
)

from accounts.transfer.firebase import FirebaseProject
from accounts.transfer.formats import Credential, portable
from tests.accounts.hashers.vectors import (
    ARGON2ID,
    FIREBASE,
    FIREBASE_CONFIG,
    KEYCLOAK_PBKDF2,
    PHP,
    PUBLISHED,
)


def test_ours_is_taken_back_as_it_stands() -> None:
    made = make_password("seven green kettles sing")
    assert Credential({"password_hash": made}).stored() == made == portable(made)


@pytest.mark.parametrize("given", [None, "!", "!" + "x" * 40])
def test_null_and_django_s_unusable_mean_no_password(given: str | None) -> None:
    encoded = Credential({"password_hash": given}).stored()
    assert not is_password_usable(encoded)
    assert portable(encoded) is None


def test_the_prefixes_of_django_are_taken_too() -> None:
    for raw, prefix in ((PHP, "bcrypt$"), (ARGON2ID, "argon2")):
        plain = Credential({"password_hash": raw}).stored()
        assert Credential({"password_hash": prefix + raw}).stored() == plain


@pytest.mark.parametrize(("row", "password"), PUBLISHED)
def test_what_is_exported_is_imported_again(
    row: dict[str, Any],
    password: str,
) -> None:
    project = FirebaseProject.of_text(FIREBASE_CONFIG)
    encoded = Credential(row, project).stored()
    again = Credential({"password_hash": portable(encoded)}).stored()
    assert again == encoded
    assert check_password(password, again)


def test_bcrypt_and_argon2_leave_as_others_write_them() -> None:
    assert portable(Credential({"password_hash": ARGON2ID}).stored()) == ARGON2ID
    out = portable(Credential({"password_hash": PHP}).stored())
    assert out == PHP.replace("$2y$", "$2b$")
    assert out and bcrypt.checkpw(b"rasmuslerdorf", out.encode())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "missing"),
        ({"salt": "x"}, "missing"),
        ({"password_hash": ""}, "empty"),
        ({"password_hash": "päss"}, "no plain text"),
        ({"password_hash": "a\x00b"}, "no plain text"),
        ({"password_hash": "a\nb"}, "no plain text"),
        ({"password_hash": 5}, "neither text"),
        ({"password_hash": [PHP]}, "neither text"),
        ({"password_hash": True}, "neither text"),
        ({"password_hash": "x" * 9999}, "too long"),
        ({"password_hash": "plaintext password"}, "no known format"),
        ({"password_hash": "md5$salt$0123456789abcdef"}, "no known format"),
        ({"password_hash": "$2x" + PHP[3:]}, "no known format"),
        ({"password_hash": PHP[:-1]}, "no known format"),
        ({"password_hash": "$argon2id$v=19$m=1"}, "argon2"),
        ({"password_hash": "$argon2d" + ARGON2ID[9:]}, "argon2"),
        ({"password_hash": "$fbscrypt$v=1"}, "fbscrypt"),
        ({"password_hash": "bcrypt_sha256$$2b$31$" + PHP[7:]}, "cost"),
        ({"password_hash": "bcrypt_sha256$x"}, "no known format"),
        ({"password_hash": FIREBASE["password_hash"]}, "no known format"),
        (FIREBASE, "--firebase-config"),
        ({**FIREBASE, "salt": None}, "salt is no text"),
        ({"password_hash": PHP, "algorithm": "pbkdf2"}, "two passwords"),
        ({"password_hash": None, **KEYCLOAK_PBKDF2}, "two passwords"),
        ({"password_hash": {}}, "hashIterations"),
    ],
)
def test_a_refusal_says_why_and_shows_nothing(
    row: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        Credential(row).stored()
    given = str(row.get("password_hash"))
    assert len(given) < 6 or given[:12] not in str(refusal.value)


def test_a_hash_longer_than_its_column_is_refused() -> None:
    phc = f"$argon2id$v=19$m=65536,t=1,p=1${'A' * 200}${'A' * 43}"
    with pytest.raises(ValueError, match="255"):
        Credential({"password_hash": phc}).stored()
