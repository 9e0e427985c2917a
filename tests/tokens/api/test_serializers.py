"""What the token endpoints take, name by name, and what they never show."""

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from config.serializers import StrictSerializer
from tests.factories import SessionFactory
from tokens.api import serializers
from tokens.api.serializers import SessionOut, SigningKeyOut
from tokens.models import SigningKey

pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
TAKEN: dict[type[StrictSerializer], dict[str, Any]] = {
    serializers.LoginInput: {
        "email": "a@example.com",
        "password": " kept as it is ",
        "client_id": "shop",
        "audience": "https://api.example.com",
    },
    serializers.RegisterInput: {
        "email": "a@example.com",
        "password": "x",
        "name": "",
        "client_id": "shop",
        "audience": "https://api.example.com",
    },
    serializers.RefreshInput: {
        "refresh_token": "x",
        "client_id": "shop",
        "audience": "https://api.example.com",
    },
    serializers.VerifyInput: {"token": "x", "audience": "https://api.example.com"},
    serializers.RevokeInput: {"token": "x"},
    serializers.LogoutInput: {"refresh_token": "x"},
    serializers.PasswordInput: {"current_password": "x", "new_password": "y"},
    serializers.RotateKeysInput: {"now": True},
}
OPTIONAL = {"client_id", "audience", "name", "now"}
EVERY = [(kind, name) for kind, body in TAKEN.items() for name in body]
every_member = pytest.mark.parametrize(
    ("kind", "name"), EVERY, ids=[f"{kind.__name__}.{name}" for kind, name in EVERY]
)


def refusals(
    kind: type[StrictSerializer],
    body: Any,
) -> set[str]:
    """Return the names that a body is refused for; empty when it is taken."""
    given = kind(data=body)
    try:
        given.is_valid(raise_exception=True)
    except ValidationError as refusal:
        return set(refusal.get_full_details())  # type: ignore[arg-type]
    return set()


@pytest.mark.parametrize("kind", TAKEN, ids=lambda kind: kind.__name__)
def test_what_the_contract_lists_is_taken_unchanged(
    kind: type[StrictSerializer],
) -> None:
    given = kind(data=TAKEN[kind])
    given.is_valid(raise_exception=True)
    assert dict(given.validated_data) == TAKEN[kind]


@every_member
def test_only_what_may_be_left_out_may_be_left_out(
    kind: type[StrictSerializer],
    name: str,
) -> None:
    body = {n: v for n, v in TAKEN[kind].items() if n != name}
    optional = name in OPTIONAL or kind is serializers.LogoutInput
    assert refusals(kind, body) == (set() if optional else {name})


@every_member
def test_no_member_is_null_a_number_a_list_or_endless(
    kind: type[StrictSerializer],
    name: str,
) -> None:
    for wrong in (None, 7, ["x"], {"x": "y"}, LONG, "a\x00b", "\ud800"):
        assert refusals(kind, TAKEN[kind] | {name: wrong}) == {name}


@every_member
def test_only_a_name_may_be_empty(
    kind: type[StrictSerializer],
    name: str,
) -> None:
    expected = set() if name == "name" else {name}
    assert refusals(kind, TAKEN[kind] | {name: ""}) == expected


@pytest.mark.parametrize("kind", TAKEN, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ["scope", "user_id", "is_superuser", "sid", "amr"])
def test_nobody_names_their_own_rights(
    kind: type[StrictSerializer],
    name: str,
) -> None:
    assert refusals(kind, TAKEN[kind] | {name: "x"}) == {name}


def test_a_session_shows_its_owner_nothing_that_could_be_used() -> None:
    session = SessionFactory(login__ip="192.0.2.7", login__user_agent="Browser")
    shown = SessionOut(session, context={"current_sid": session.sid}).data
    assert set(shown) == {
        *("id", "client_id", "application", "ip", "user_agent", "device", "amr"),
        *("created_at", "last_used_at", "expires_at", "current"),
    }
    assert (shown["ip"], shown["user_agent"]) == ("192.0.2.7", "Browser")
    assert shown["current"] is True
    other = SessionFactory()
    assert (
        SessionOut(session, context={"current_sid": other.sid}).data["current"] is False
    )
    assert SessionOut(session).data["current"] is False


@pytest.mark.usefixtures("keys")
def test_a_key_shows_no_private_half() -> None:
    key = SigningKey.objects.all()[0]
    shown = SigningKeyOut(key).data
    assert shown["kid"] == key.kid and shown["state"] == "active"
    assert key.private_key not in str(shown) and "private_key" not in shown
