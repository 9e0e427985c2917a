"""Own sessions and password; an operator's view."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tokens import minting
from tokens.minting import TokenPair
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

MINE = "/api/v1/users/me/sessions"
PASSWORD_PATH = "/api/v1/users/me/password"
Bearer = Callable[[TokenPair], APIClient]
Pair = Callable[..., TokenPair]
NEW = "an entirely different passphrase"


def active(
    client: APIClient,
    pair: TokenPair,
) -> bool:
    """Ask the server whether a pair's access token is good."""
    body = {"token": pair.access_token}
    return bool(client.post("/api/v1/tokens/verify", body).json()["active"])


def test_anonymous_callers_are_refused(client: APIClient) -> None:
    assert client.get(MINE).status_code == 401
    assert client.delete(MINE).status_code == 401
    assert client.post(PASSWORD_PATH, {}).status_code == 401


def test_a_person_sees_their_own_sessions_only(
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    pair_of(UserFactory())
    pair = pair_of()
    page = as_bearer(pair).get(MINE).json()
    assert [row["id"] for row in page["data"]] == [str(pair.standing.sid)]
    assert page["data"][0]["current"] is True
    assert page["has_more"] is False and page["next_cursor"] is None


def test_somebody_elses_session_is_not_found_and_lives_on(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    alice, mallory = pair_of(), pair_of()
    answer = as_bearer(mallory).delete(f"{MINE}/{alice.standing.sid}")
    assert answer.status_code == 404
    assert active(client, alice)


def test_ending_one_session_leaves_the_others(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    user = UserFactory()
    here, there = pair_of(user), pair_of(user)
    path = f"{MINE}/{there.standing.sid}"
    assert as_bearer(here).delete(path).status_code == 204
    assert as_bearer(here).delete(path).status_code == 404
    assert active(client, here) and not active(client, there)


def test_signing_out_other_devices_keeps_this_one(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    user = UserFactory()
    here, there = pair_of(user), pair_of(user)
    assert as_bearer(here).delete(f"{MINE}?except=current").status_code == 204
    assert active(client, here) and not active(client, there)
    refreshed = client.post(
        "/api/v1/tokens/refresh", {"refresh_token": here.refresh_token}
    )
    assert refreshed.status_code == 200


def test_signing_out_everywhere_ends_this_one_too(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    user = UserFactory()
    here, there = pair_of(user), pair_of(user)
    assert as_bearer(here).delete(MINE).status_code == 204
    assert not active(client, here) and not active(client, there)
    assert as_bearer(here).get(MINE).json()["code"] == "token_revoked"


def test_a_password_change_ends_the_others_and_answers_with_a_pair(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    user = UserFactory()
    here, there = pair_of(user), pair_of(user)
    body = {"current_password": PASSWORD, "new_password": NEW}
    answer = as_bearer(here).post(PASSWORD_PATH, body)
    assert answer.status_code == 200, answer.content
    assert not active(client, there)
    fresh = {"refresh_token": answer.json()["refresh_token"]}
    assert client.post("/api/v1/tokens/refresh", fresh).status_code == 200
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        login = {"email": user.email, "password": password}
        assert client.post("/api/v1/auth/login", login).status_code == status


def test_a_password_change_needs_the_present_password(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    pair = pair_of()
    body = {"current_password": "not the present one", "new_password": NEW}
    answer = as_bearer(pair).post(PASSWORD_PATH, body)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert active(client, pair)


def test_who_has_no_password_changes_none(
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    pair = pair_of()
    user = Session.objects.get().login.user
    User.objects.filter(pk=user.pk).update(password=make_password(None))
    for present in ("anything", "!", ""):
        body = {"current_password": present, "new_password": NEW}
        assert as_bearer(pair).post(PASSWORD_PATH, body).status_code in (400, 401)
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_a_weak_new_password_is_refused_at_its_field(
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    body = {"current_password": PASSWORD, "new_password": "short"}
    answer = as_bearer(pair_of()).post(PASSWORD_PATH, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/new_password"


def test_an_operator_ends_a_users_sessions(
    client: APIClient,
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    target = SessionFactory()
    theirs = minting.issue(target.sid)
    path = f"/api/v1/users/{target.login.user_id}/sessions"
    operator = pair_of(UserFactory(is_superuser=True), scopes=("manage",))
    plain = pair_of(UserFactory(), scopes=("manage",))
    no_scope = pair_of(UserFactory(is_superuser=True))
    assert client.get(path).status_code == 401
    assert as_bearer(plain).get(path).status_code == 403
    assert as_bearer(no_scope).get(path).status_code == 403
    assert len(as_bearer(operator).get(path).json()["data"]) == 1
    assert as_bearer(operator).delete(path).status_code == 204
    assert not active(client, theirs)
    assert Session.objects.live().of_user(target.login.user_id).count() == 0


def test_a_disabled_users_token_is_refused(
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    pair = pair_of()
    user = pair.standing.user_id
    from accounts.models import User

    User.objects.filter(id=user).update(is_active=False)
    answer = as_bearer(pair).get(MINE)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_password_at_once_one_does(
    pair_of: Pair,
    as_bearer: Bearer,
) -> None:
    user = UserFactory()
    clients = [as_bearer(pair_of(user)) for _ in range(2)]
    chosen = [f"{NEW} number {number}" for number in range(2)]
    barrier = threading.Barrier(2)

    def change(number: int) -> int:
        try:
            barrier.wait()
            body = {"current_password": PASSWORD, "new_password": chosen[number]}
            return clients[number].post(PASSWORD_PATH, body).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        statuses = list(threads.map(change, range(2)))
    user.refresh_from_db()
    assert sorted(statuses) == [200, 401]
    assert [user.check_password(new) for new in chosen] == [s == 200 for s in statuses]
