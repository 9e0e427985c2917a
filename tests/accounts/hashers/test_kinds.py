"""Each kind of foreign hash, against hashes that others made."""

import base64
import hashlib
from typing import Any

import bcrypt
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password

from accounts.hashers.kinds import FOREIGN, Argon2
from accounts.transfer.firebase import FirebaseProject
from accounts.transfer.formats import Credential
from tests.accounts.hashers.vectors import FIREBASE_CONFIG, PUBLISHED


def stored(row: dict[str, Any]) -> str:
    """Return what we keep of a row."""
    return Credential(row, FirebaseProject.of_text(FIREBASE_CONFIG)).stored()


@pytest.mark.parametrize(("row", "password"), PUBLISHED)
def test_published_hashes_are_proven_by_their_passwords_alone(
    row: dict[str, Any],
    password: str,
) -> None:
    encoded = stored(row)
    assert len(encoded) <= 255
    assert check_password(password, encoded)
    for wrong in (password + "x", password[:-1], password.upper() + " ", ""):
        assert not check_password(wrong, encoded)


def test_a_password_beyond_72_bytes_counts_as_it_did_at_its_origin() -> None:
    raw = bcrypt.hashpw(b"p" * 72, bcrypt.gensalt(4)).decode()
    encoded = stored({"password_hash": raw})

    assert check_password("p" * 72, encoded)
    assert check_password("p" * 72 + " and more, which bcrypt never saw", encoded)
    assert check_password("p" * 128, encoded)
    assert not check_password("p" * 71, encoded)
    wide = bcrypt.hashpw(("é" * 40).encode()[:72], bcrypt.gensalt(4)).decode()
    assert check_password("é" * 40, stored({"password_hash": wide}))


@pytest.mark.parametrize("version", ["2a", "2b", "2y"])
def test_every_name_of_bcrypt_is_the_same_function(version: str) -> None:
    raw = bcrypt.hashpw(b"kettle", bcrypt.gensalt(4)).decode()
    encoded = stored({"password_hash": f"${version}{raw[3:]}"})
    assert check_password("kettle", encoded)
    assert not check_password("kettles", encoded)


def test_stray_bits_at_the_ends_of_a_bcrypt_hash_count_for_nothing() -> None:
    raw = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    assert raw[28] == "."
    encoded = stored({"password_hash": raw[:28] + "/" + raw[29:]})
    assert check_password("U*U", encoded)


def test_django_s_own_hash_is_taken_as_it_stands() -> None:
    encoded = PBKDF2PasswordHasher().encode("kettle", "salt" * 5, 1000)
    assert stored({"password_hash": encoded}) == encoded
    assert check_password("kettle", encoded)
    assert not check_password("kettles", encoded)


@pytest.mark.parametrize(
    ("algorithm", "name", "length"),
    [
        ("pbkdf2", "sha1", 64),
        ("pbkdf2-sha256", "sha256", 64),
        ("pbkdf2-sha512", "sha512", 64),
    ],
)
def test_keycloak_s_three_digests_and_lengths(
    algorithm: str,
    name: str,
    length: int,
) -> None:
    salt = b"0123456789abcdef"
    value = hashlib.pbkdf2_hmac(name, b"kettle", salt, 1000, length)
    encoded = stored(
        {
            "algorithm": algorithm,
            "hashIterations": 1000,
            "salt": base64.b64encode(salt).decode(),
            "value": base64.b64encode(value).decode(),
        }
    )
    assert check_password("kettle", encoded)
    assert not check_password("kettles", encoded)


def test_the_signer_key_is_nowhere_in_what_is_stored() -> None:
    project = FirebaseProject.of_text(FIREBASE_CONFIG)
    encoded = stored(PUBLISHED[6][0])
    stream = base64.b64decode(encoded.split("$")[4])
    given = base64.b64decode(PUBLISHED[6][0]["password_hash"])
    assert project.signer_key not in (stream, given)
    # whoever has the signer key gets Firebase's own hash back: no lock-in
    pairs = zip(stream, project.signer_key, strict=True)
    assert bytes(a ^ b for a, b in pairs) == given


SALT = base64.b64encode(b"0123456789abcdef").decode()
LONG = base64.b64encode(b"x" * 64).decode()
PHC = "argon2$argon2id$v=19$m={},t={},p={}$MDEyMzQ1Njc4OWFiY2RlZg$" + "A" * 43


@pytest.mark.parametrize(
    ("encoded", "words"),
    [
        ("bcrypt$$2b$31$" + "a" * 53, "cost"),
        ("bcrypt$$2b$03$" + "a" * 53, "cost"),
        ("bcrypt$$2x$10$" + "a" * 53, "whole"),
        ("bcrypt$$2b$10$" + "a" * 52, "whole"),
        (PHC.format(1048577, 1, 1), "too much"),
        (PHC.format(1048576, 9, 1), "too much"),
        (PHC.format(65536, 999999999, 1), "too much"),
        (PHC.format(8, 1, 2), "no library"),
        (PHC.format(65536, 0, 1), "no library"),
        (PHC.format(65536, 1, 65), "no library"),
        (PHC.format(65536, 1, 1).replace("v=19", "v=16"), "version 19"),
        (PHC.format(65536, 1, 1).replace("argon2id", "argon2d"), "argon2id"),
        (PHC.format(65536, 1, 1)[:-41], "length"),
        (f"pbkdf2_sha256$10000001$salt${'A' * 43}=", "iterations"),
        (f"pbkdf2_sha256$0$salt${'A' * 43}=", "iterations"),
        (f"pbkdf2_sha256$1000$salt${'A' * 4}=", "whole"),
        (f"keycloak_pbkdf2$sha256$10000001${SALT}${LONG}", "iterations"),
        (f"keycloak_pbkdf2$sha256$1000${SALT}$YQ==", "length"),
        (f"keycloak_pbkdf2$md5$1000${SALT}${LONG}", "whole"),
        (f"firebase_scrypt$8$21${SALT}${LONG}", "1 GiB"),
        (f"firebase_scrypt$8$31${SALT}${LONG}", "range"),
        (f"firebase_scrypt$0$14${SALT}${LONG}", "range"),
        (f"firebase_scrypt$8$14${SALT}$YQ==", "length"),
    ],
)
def test_what_is_absurd_or_weak_is_not_kept(
    encoded: str,
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        FOREIGN[encoded.partition("$")[0]].examine(encoded)
    assert encoded[-20:] not in str(refusal.value)


def test_the_largest_parameters_are_kept() -> None:
    for encoded in (
        PHC.format(1048576, 8, 4),
        "bcrypt$$2b$16$" + "a" * 53,
        f"keycloak_pbkdf2$sha512$10000000${SALT}${LONG}",
        f"firebase_scrypt$8$19${SALT}${LONG}",
    ):
        FOREIGN[encoded.partition("$")[0]].examine(encoded)


def test_an_openssl_without_argon2_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm

    def none(**parameters: Any) -> None:
        raise UnsupportedAlgorithm("no")

    monkeypatch.setattr("accounts.hashers.kinds.Argon2id", none)
    with pytest.raises(ValueError, match="OpenSSL"):
        Argon2().examine(PHC.format(65536, 1, 1))
