"""One's own profile."""

import json
from typing import Any

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.accounts.api.conftest import calling

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me"


def test_people_read_their_own_profile(alice: User) -> None:
    answer = calling(alice, "account").get(ME)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(alice.pk),
        "email": "Alice@example.com",
        "email_verified": True,
        "name": "Alice",
        "language": "",
        "created_at": answer.json()["created_at"],
    }
    assert answer.json()["created_at"].endswith("Z")


def test_people_change_their_name_only(alice: User) -> None:
    answer = calling(alice, "account").patch(ME, {"name": " Alice O\u2019Hara "})

    alice.refresh_from_db()
    assert (answer.status_code, answer.json()["name"]) == (200, "Alice O\u2019Hara")
    assert alice.name == "Alice O\u2019Hara"
    event = Event.objects.get(action=Action.USER_CHANGED)
    assert (event.actor_id, event.details) == (str(alice.pk), {"changed": ["name"]})


def test_a_patch_without_fields_changes_nothing(alice: User) -> None:
    assert calling(alice, "account").patch(ME, {}).status_code == 200
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "field",
    ["email", "is_superuser", "is_staff", "roles", "email_verified", "tenant", "id"],
)
def test_a_privileged_field_is_unknown_at_patch(
    field: str,
    alice: User,
) -> None:
    answer = calling(alice, "account").patch(ME, {"name": "Eve", field: True})

    assert answer.status_code == 400
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == (f"#/{field}", "unknown_field")
    alice.refresh_from_db()
    assert (alice.name, alice.is_superuser) == ("Alice", False)


@pytest.mark.parametrize(
    "name", [5, True, None, [], {}, "a\x00b", "\ud800", "x" * 151, "a\u202eb"]
)
def test_a_name_of_another_kind_is_refused(
    name: Any,
    alice: User,
) -> None:
    body = json.dumps({"name": name})  # escapes what UTF-8 cannot say
    client = calling(alice, "account")
    answer = client.generic("PATCH", ME, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/name"


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null"])
def test_a_body_that_is_no_object_is_refused(
    body: str,
    alice: User,
) -> None:
    client = calling(alice, "account")
    answer = client.generic("PATCH", ME, body, content_type="application/json")

    assert answer.status_code == 400


def test_people_choose_the_language_of_their_mails(alice: User) -> None:
    caller = calling(alice, "account")
    answer = caller.patch(ME, {"language": "ar"})
    assert (answer.status_code, answer.json()["language"]) == (200, "ar")
    assert caller.get(ME).json()["language"] == "ar"
    assert answer.json()["name"] == "Alice"

    assert caller.patch(ME, {"language": ""}).json()["language"] == ""
    assert caller.patch(ME, {"language": "", "name": "Alice"}).status_code == 200
    told = Event.objects.filter(action=Action.USER_CHANGED)
    assert [event.details for event in told] == [{"changed": ["language"]}] * 2


@pytest.mark.parametrize(
    "language",
    [
        *["tlh", "DE", "de-AT", "x" * 11, "../en"],
        5,
        True,
        None,
        [],
        {},
        "a\x00",
        "\ud800",
    ],
)
def test_a_language_that_is_none_of_ours_is_refused(
    language: Any,
    alice: User,
) -> None:
    body = json.dumps({"language": language})
    answer = calling(alice, "account").generic(
        "PATCH", ME, body, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/language"
    alice.refresh_from_db()
    assert alice.language == ""
