"""The password policy."""

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts import passwords
from accounts.errors import PasswordRefused
from accounts.models import User
from config.errors import InvalidInput


def refusal(
    password: str,
    **known: str,
) -> str:
    """Return the code of the refusal."""
    with pytest.raises(PasswordRefused) as caught:
        passwords.validate(password, **known)
    return caught.value.errors[0].code


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "nüchtern über Brücken",
        "完全に無関係な言葉を四つ並べた鍵",
        "🦔 hedgehogs 🦔 at noon",
        "x7#Lq9!vTz2@mWp",
        "pile of unusual words " + "z9Q!" * 26 + "ab",
    ],
)
def test_long_unrelated_text_is_accepted(password: str) -> None:
    passwords.validate(password, user_email="ann@example.com", name="Ann Example")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "blank"),
        ("fourteen chars", "too_short"),
        ("e\u0301" * 14, "too_short"),
        ("a b" * 43, "too_long"),
        ("x" * 1_000_000, "too_long"),
        ("\ufdfa" * 10, "too_long"),
        ("sixteen chars\x00ab", "unstorable"),
        ("sixteen chars\ud800ab", "unstorable"),
        ("aaaaaaaaaaaaaaaa", "too_simple"),
        ("abababababababab", "too_simple"),
        ("hunter2hunter2hunter2", "too_common"),
        ("12345678901234567890", "too_simple"),
        ("abcdefghijklmnopqrst", "too_simple"),
        ("ponmlkjihgfedcba", "too_simple"),
        ("qwertyuiopasdfghjkl", "too_simple"),
        ("1qaz2wsx3edc4rfv", "too_simple"),
        ("                    ", "too_simple"),
        ("password12345678", "too_common"),
        ("Password!!!!!!!!1", "too_common"),
        ("iloveyouiloveyou", "too_common"),
        ("ｐａｓｓｗｏｒｄ１２３４５６７８", "too_common"),
    ],
)
def test_what_everybody_tries_is_refused(
    password: str,
    code: str,
) -> None:
    assert refusal(password) == code


@pytest.mark.parametrize(
    "password",
    [
        "annabelle.example",
        "annabelle@corp.example1",
        "AnnabelleLee2026!",
        "lee annabelle corp",
        "authentication 123",
        "NTT Authentication Server",
    ],
)
def test_what_is_known_about_the_person_is_refused(password: str) -> None:
    known = {"user_email": "annabelle@corp.example", "name": "Annabelle Lee"}

    assert refusal(password, **known) == "too_personal"


def test_a_word_of_ones_name_among_others_is_fine() -> None:
    passwords.validate(
        "annabelle rides seven green tractors",
        user_email="annabelle@corp.example",
        name="Annabelle Lee",
    )


def test_the_refusal_points_at_the_field() -> None:
    with pytest.raises(PasswordRefused) as caught:
        passwords.validate("short", field="new_password")

    assert caught.value.errors[0].pointer == "#/new_password"


def test_the_least_length_is_a_setting(settings: Any) -> None:
    settings.PASSWORD_MIN_LENGTH = 8
    passwords.validate("zu7&kLq!")

    settings.PASSWORD_MIN_LENGTH = 40
    assert refusal("correct horse battery staple") == "too_short"


@pytest.mark.parametrize("password", ["", "\x00", "\udfff", "x" * 1025, "\ufdfa" * 8])
def test_a_password_nobody_can_have_is_refused_at_sign_in(password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        passwords.readable(password)

    assert caught.value.errors[0].pointer == "#/password"


def test_any_other_password_may_be_tried() -> None:
    assert passwords.readable("x") == "x"
    assert passwords.readable("e\u0301" * 128) == "e\u0301" * 128


def test_django_and_allauth_apply_the_same_policy() -> None:
    user = User(email="annabelle@corp.example", name="")

    validate_password("correct horse battery staple", user)
    with pytest.raises(ValidationError) as caught:
        validate_password("annabelle.example", user)
    assert caught.value.error_list[0].code == "too_personal"
    with pytest.raises(ValidationError):
        validate_password("short")


def test_the_policy_is_told_in_a_sentence() -> None:
    assert "15 characters" in passwords.PolicyValidator().get_help_text()
