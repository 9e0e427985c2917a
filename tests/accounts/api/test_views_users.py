"""Management of the instance's users."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import Lockout, User
from tests.accounts.api.conftest import calling
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me"
USERS = "/api/v1/users"


def test_a_token_without_the_scope_is_refused(
    alice: User,
    root: User,
) -> None:
    assert calling(alice, "manage").get(ME).status_code == 403
    assert calling(root, "account").get(USERS).status_code == 403
    assert APIClient().get(ME).status_code == 401


def test_only_superusers_manage_users(alice: User) -> None:
    bob = UserFactory.create()
    client = calling(alice)

    assert client.get(USERS).status_code == 403
    assert client.post(USERS, {"email": "new@example.com"}).status_code == 403
    assert client.get(f"{USERS}/{bob.pk}").status_code == 403
    assert client.patch(f"{USERS}/{bob.pk}", {"name": "x"}).status_code == 403
    for verb in ("disable", "enable", "unlock"):
        assert client.post(f"{USERS}/{bob.pk}/{verb}").status_code == 403
        assert client.post(f"{USERS}/{alice.pk}/{verb}").status_code == 403
    bob.refresh_from_db()
    assert bob.is_active and User.objects.count() == 2


def test_users_are_listed_in_pages(root: User) -> None:
    for _ in range(3):
        UserFactory.create()
    client = calling(root)

    first = client.get(USERS, {"limit": 3}).json()
    second = client.get(USERS, {"limit": 3, "cursor": first["next_cursor"]}).json()

    assert (first["has_more"], second["has_more"]) == (True, False)
    assert second["next_cursor"] is None
    ids = [row["id"] for row in first["data"] + second["data"]]
    assert ids == sorted((str(u.pk) for u in User.objects.all()), reverse=True)


def test_a_user_is_found_by_address_and_id_and_name(
    root: User,
    alice: User,
) -> None:
    UserFactory.create(email="other@example.com", name="Zoe")
    client = calling(root)
    asked: list[dict[str, str]] = [
        {"email": "\uff21LICE@example.com"},
        {"q": str(alice.pk)},
        {"q": "alice@"},
        {"q": "ALI"},
    ]

    for query in asked:
        rows = client.get(USERS, query).json()["data"]
        assert [row["id"] for row in rows] == [str(alice.pk)], query
    assert client.get(USERS, {"email": "no address"}).json()["data"] == []
    assert client.get(USERS, {"q": "%"}).json()["data"] == []


def test_a_superuser_makes_a_user(root: User) -> None:
    body = {"email": "New@example.com", "password": PASSWORD, "name": "New"}

    answer = calling(root).post(USERS, body)

    user = User.objects.get(email_key="new@example.com")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(user.pk),
        "email": "New@example.com",
        "email_verified": False,
        "name": "New",
        "language": "",
        "created_at": answer.json()["created_at"],
        "is_active": True,
        "is_staff": False,
        "is_superuser": False,
        "erase_at": None,
    }
    assert user.check_password(PASSWORD)
    assert Event.objects.get(action=Action.USER_CREATED).actor_id == str(root.pk)


def test_an_operator_may_vouch_for_an_address(root: User) -> None:
    body = {"email": "new@example.com", "email_verified": True}

    answer = calling(root).post(USERS, body)

    assert (answer.status_code, answer.json()["email_verified"]) == (201, True)


def test_a_user_made_without_a_password_has_none_usable(root: User) -> None:
    calling(root).post(USERS, {"email": "new@example.com"})

    assert not User.objects.get(email_key="new@example.com").has_usable_password()


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "#/email"),
        ({"email": 5}, 400, "#/email"),
        ({"email": "no address"}, 400, "#/email"),
        ({"email": "a@example.com", "password": "short"}, 400, "#/password"),
        ({"email": "a@example.com", "is_superuser": "true"}, 400, "#/is_superuser"),
        ({"email": "a@example.com", "is_active": True}, 400, "#/is_active"),
        ({"email": "ALICE@example.com"}, 409, None),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    body: dict[str, Any],
    status: int,
    pointer: str | None,
    root: User,
    alice: User,
) -> None:
    answer = calling(root).post(USERS, body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert User.objects.count() == 2


def test_a_superuser_changes_a_name(
    root: User,
    alice: User,
) -> None:
    client = calling(root)

    answer = client.patch(f"{USERS}/{alice.pk}", {"name": "Ally"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Ally")
    assert client.patch(f"{USERS}/{alice.pk}", {"is_active": False}).status_code == 400


def test_disabling_and_enabling_can_be_repeated(
    root: User,
    alice: User,
) -> None:
    client = calling(root)
    for verb, state in [("disable", False), ("enable", True)]:
        for _ in range(2):
            answer = client.post(f"{USERS}/{alice.pk}/{verb}")
            assert (answer.status_code, answer.json()["is_active"]) == (200, state)

    counted = Event.objects.filter(target_id=str(alice.pk))
    assert counted.filter(action=Action.USER_DISABLED).count() == 1
    assert counted.filter(action=Action.USER_ENABLED).count() == 1


def test_an_action_takes_no_fields(
    root: User,
    alice: User,
) -> None:
    answer = calling(root).post(f"{USERS}/{alice.pk}/disable", {"reason": "x"})

    assert answer.status_code == 400
    alice.refresh_from_db()
    assert alice.is_active


def test_the_last_superuser_cannot_be_disabled(root: User) -> None:
    answer = calling(root).post(f"{USERS}/{root.pk}/disable")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_unlocking_lifts_the_lockout(
    root: User,
    alice: User,
) -> None:
    Lockout.objects.create(
        email_key=alice.email_key, ip="192.0.2.9", locked_until="2100-01-01T00:00:00Z"
    )

    assert calling(root).post(f"{USERS}/{alice.pk}/unlock").status_code == 200
    assert not Lockout.objects.exists()


def test_an_unknown_user_is_not_found(root: User) -> None:
    client = calling(root)

    assert (
        client.get(f"{USERS}/0192f5d0-7d7e-7000-8000-000000000000").status_code == 404
    )
    assert client.get(f"{USERS}/not-a-uuid").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_list(
    root: User,
    django_assert_num_queries: Any,
) -> None:
    for _ in range(5):
        UserFactory.create()
    client = calling(root)
    client.get(USERS)

    with django_assert_num_queries(2):  # the caller is counted, the page is read
        client.get(USERS)


def test_a_superuser_deletes_a_user_for_good(
    root: User,
    alice: User,
) -> None:
    client = calling(root)

    assert client.delete(f"{USERS}/{alice.pk}").status_code == 204
    assert client.delete(f"{USERS}/{alice.pk}").status_code == 404
    assert not User.objects.filter(pk=alice.pk).exists()
    assert client.delete(f"{USERS}/{root.pk}").status_code == 409


def test_nobody_else_deletes_a_user(alice: User) -> None:
    bob = UserFactory.create()

    assert calling(alice).delete(f"{USERS}/{bob.pk}").status_code == 403
    assert User.objects.filter(pk=bob.pk).exists()


def test_a_creation_sent_again_makes_one_user(root: User) -> None:
    client, key = calling(root), {"Idempotency-Key": "one"}
    body = {"email": "new@example.com"}

    first = client.post(USERS, body, headers=key)
    again = client.post(USERS, body, headers=key)
    other = client.post(USERS, {"email": "x@example.com"}, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert User.objects.count() == 2


def test_the_new_may_be_mailed_a_link(root: User) -> None:
    client = calling(root)
    made = client.post(USERS, {"email": "new@example.com", "send_invite": True})
    assert made.status_code == 201 and "send_invite" not in made.json()
    assert last_mail().to == "new@example.com" and last_mail().key


def test_an_invitation_beside_a_password_is_refused(root: User) -> None:
    body = {"email": "new@example.com", "send_invite": True, "password": PASSWORD}
    refused = calling(root).post(USERS, body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "#/send_invite"
    strange: list[Any] = ["yes", 1, None, [], {}]
    for value in strange:
        body = {"email": "new@example.com", "send_invite": value}
        assert calling(root).post(USERS, body, format="json").status_code == 400
    assert User.objects.count() == 1


def test_who_never_came_in_is_mailed_a_new_link(root: User) -> None:
    client = calling(root)
    made = client.post(USERS, {"email": "new@example.com", "send_invite": True}).json()
    first, again = last_mail().key, f"{USERS}/{made['id']}/invite"
    sent = [client.post(again, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 200]
    assert sent[0].json() == sent[1].json() == made
    assert last_mail().key != first and len(mails()) == 2
    assert client.post(again, {"email": "x@example.com"}).status_code == 400


def test_nobody_else_invites_and_who_came_in_is_not_invited(
    root: User,
    alice: User,
) -> None:
    invite = f"{USERS}/{alice.pk}/invite"
    assert calling(alice).post(invite).status_code == 403
    refused = calling(root).post(invite)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert not mails()
