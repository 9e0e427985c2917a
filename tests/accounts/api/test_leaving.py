"""One's data, leaving and coming back, with real tokens at the real door."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.audit.models import Event
from accounts.models import MailLink, User
from accounts.privacy import services
from tests.accounts.privacy.services.test_leaving import leave, mailed_key
from tests.factories import (
    PASSWORD,
    ApiFactory,
    ApplicationFactory,
    LoginFactory,
    SessionFactory,
    UserFactory,
)
from tests.tokens.forgery import resigned
from tokens import minting
from tokens.errors import TokenRevoked
from tokens.models import Login
from tokens.services import refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

ME, EXPORT = "/api/v1/users/me", "/api/v1/users/me/export"
KEEP, LOGIN = "/api/v1/auth/keep-account", "/api/v1/auth/login"
both = pytest.mark.parametrize(("method", "path"), [("delete", ME), ("get", EXPORT)])


@pytest.fixture
def ann() -> User:
    """Who leaves."""
    user: User = UserFactory(email="Ann@example.com", name="Ann Lee")
    return user


def tokens_of(
    user: User,
    *,
    scope: str = "account",
    age: int = 0,
    **application: Any,
) -> minting.TokenPair:
    """Sign somebody in, `age` seconds ago."""
    signed_in = timezone.now() - timedelta(seconds=age)
    session = SessionFactory(
        login=LoginFactory(user=user, auth_time=signed_in),
        application=ApplicationFactory(scopes=[scope], **application),
        scope=scope,
    )
    return minting.issue(session.sid)


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def signed_in(
    user: User,
    **traits: Any,
) -> APIClient:
    return bearer(tokens_of(user, **traits).access_token)


def acted() -> bool:
    """Tell whether anything was exported or erased."""
    found = Event.objects.filter(action__startswith="account:")
    return found.exclude(action__startswith="account:login").exists()


def refused(
    client: APIClient,
    method: str,
    path: str,
) -> tuple[int, str]:
    answer = client.generic(method.upper(), path)
    return answer.status_code, answer.json()["code"]


def test_a_person_is_given_what_is_held_about_them(ann: User) -> None:
    bob = UserFactory(email="bob@example.com")
    signed_in(bob)
    answer = signed_in(ann).get(EXPORT)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    held = answer.json()
    assert (held["format"], held["user_id"]) == (1, str(ann.pk))
    assert held["data"]["accounts"]["profile"]["email"] == "Ann@example.com"
    assert len(held["data"]["tokens"]["logins"]) == 1
    assert len(held["data"]["tenants"]["memberships"]) == 1
    assert "bob@example.com" not in answer.content.decode()
    assert ann.password not in answer.content.decode()


def test_leaving_shuts_everything_at_once(ann: User) -> None:
    pair = tokens_of(ann)
    client = bearer(pair.access_token)

    answer = client.delete(ME)

    ann.refresh_from_db()
    assert answer.status_code == 202
    assert answer.json() == {"erase_at": f"{ann.erase_at:%Y-%m-%dT%H:%M:%S.%fZ}"}
    assert refused(client, "get", ME) == (401, "token_revoked")
    assert refused(client, "delete", ME) == (401, "token_revoked")
    with pytest.raises(TokenRevoked):
        refresh.refresh(pair.refresh_token)
    body = {"email": ann.email, "password": PASSWORD}
    told = APIClient().post(LOGIN, body)
    assert (told.status_code, told.json()["code"]) == (401, "invalid_credentials")


def test_the_mailed_key_brings_the_account_back(ann: User) -> None:
    old = signed_in(ann)
    old.delete(ME)

    answer = APIClient().post(KEEP, {"key": mailed_key()})

    assert (answer.status_code, answer.content) == (204, b"")
    body = {"email": ann.email, "password": PASSWORD}
    assert APIClient().post(LOGIN, body).status_code == 200
    assert refused(old, "get", ME)[0] == 401  # what ended stays ended


def test_the_last_superuser_is_told_to_stay() -> None:
    client = signed_in(UserFactory(is_superuser=True))
    assert refused(client, "delete", ME) == (409, "conflict")
    assert client.get(ME).status_code == 200


@both
def test_nobody_gets_in_without_the_right_token(
    method: str,
    path: str,
    ann: User,
) -> None:
    pair = tokens_of(ann)
    other = ApiFactory()
    elsewhere = resigned(pair.access_token, claims={"aud": other.identifier})
    for token, code in (
        (pair.refresh_token, "token_invalid"),
        (elsewhere, "token_invalid"),
        (resigned(pair.access_token, header={"typ": "JWT"}), "token_invalid"),
        ("x", "token_invalid"),
    ):
        assert refused(bearer(token), method, path) == (401, code)
    assert refused(APIClient(), method, path) == (401, "not_authenticated")
    managing = signed_in(UserFactory(is_superuser=True), scope="manage")
    assert refused(managing, method, path) == (403, "insufficient_scope")
    assert not acted() and User.objects.get(pk=ann.pk).is_active


@both
def test_a_disabled_person_is_refused(
    method: str,
    path: str,
    ann: User,
) -> None:
    client = signed_in(ann)
    accounts.disable_user(ann, acting_user=None)
    assert refused(client, method, path) == (401, "token_revoked")


@both
def test_a_proof_of_yesterday_is_too_old(
    method: str,
    path: str,
    ann: User,
    settings: Any,
) -> None:
    """RFC 9470 section 3."""
    client = signed_in(ann, age=settings.STEP_UP_SECONDS + 60)
    answer = client.generic(method.upper(), path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "insufficient_user_authentication"
    assert answer.json()["max_age"] == settings.STEP_UP_SECONDS
    assert client.get(ME).status_code == 200
    assert not acted()


def test_a_refreshed_token_is_no_fresher_than_its_sign_in(
    ann: User,
    settings: Any,
) -> None:
    pair = tokens_of(ann, age=settings.STEP_UP_SECONDS + 60)
    again = refresh.refresh(pair.refresh_token)
    assert refused(bearer(again.access_token), "delete", ME)[0] == 401
    assert Login.objects.get().auth_time.timestamp() < time.time() - 60


@pytest.mark.parametrize("body", ["[]", '"x"', '{"key": 1}', "{", '{"password": "x"}'])
def test_leaving_takes_no_body(
    body: str,
    ann: User,
) -> None:
    answer = signed_in(ann).generic("DELETE", ME, body, content_type="application/json")
    assert answer.status_code == 400
    assert User.objects.get(pk=ann.pk).is_active


@pytest.mark.parametrize(
    "key",
    [*(5, True, None, [], {}, "", "a\x00b", "\ud800", "x" * 129), "\u202e" * 4000],
)
def test_a_key_of_another_kind_is_refused(
    key: Any,
    ann: User,
) -> None:
    leave(ann)
    body = json.dumps({"key": key})
    answer = APIClient().generic("POST", KEEP, body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["pointer"] == "#/key"
    assert not User.objects.get(pk=ann.pk).is_active


@pytest.mark.parametrize(
    "body", ["[]", "null", "{}", '{"key": "x", "force": true}', ""]
)
def test_a_body_of_another_shape_is_refused(body: str) -> None:
    answer = APIClient().generic("POST", KEEP, body, content_type="application/json")
    assert answer.status_code == 400


def unknown(user: User) -> str:
    return "x" * 43


def used(user: User) -> str:
    services.keep_account(mailed_key())
    return mailed_key()


def run_out(user: User) -> str:
    MailLink.objects.update(expires_at=timezone.now())
    return mailed_key()


def erased(user: User) -> str:
    key = mailed_key()
    services.erase_user(user, acting_user=None)
    return key


def disabled_by_an_operator(user: User) -> str:
    accounts.disable_user(user, acting_user=None)
    return mailed_key()


def of_another_purpose(user: User) -> str:
    key = mailed_key()
    MailLink.objects.update(purpose=MailLink.Purpose.RESET_PASSWORD)
    return key


@pytest.mark.parametrize(
    "spoilt",
    [unknown, used, run_out, erased, disabled_by_an_operator, of_another_purpose],
)
def test_a_key_that_is_no_good_is_gone_whatever_the_reason(
    spoilt: Callable[[User], str],
    ann: User,
) -> None:
    leave(ann)
    key = spoilt(ann)
    before = User.objects.filter(pk=ann.pk).values().get()
    answer = APIClient().post(KEEP, {"key": key})
    assert (answer.status_code, answer.json()["code"]) == (410, "link_invalid")
    assert User.objects.filter(pk=ann.pk).values().get() == before


def test_a_bad_token_beside_a_good_key_does_not_matter(ann: User) -> None:
    leave(ann)
    assert bearer("x").post(KEEP, {"key": mailed_key()}).status_code == 204


@pytest.mark.parametrize(("method", "path"), [("get", KEEP), ("post", EXPORT)])
def test_another_method_is_refused(
    method: str,
    path: str,
    ann: User,
) -> None:
    assert refused(signed_in(ann), method, path)[0] == 405


def test_operators_do_not_see_the_erased(ann: User) -> None:
    root = signed_in(UserFactory(is_superuser=True), scope="manage")
    one = f"/api/v1/users/{ann.pk}"
    leave(ann)
    assert root.get(one).json()["erase_at"] is not None
    services.erase_user(ann, acting_user=None)

    for found in (
        root.get("/api/v1/users").json(),
        root.get("/api/v1/users", {"q": str(ann.pk)}).json(),
        root.get("/api/v1/users", {"email": f"erased-{ann.pk}@erased.invalid"}).json(),
    ):
        assert str(ann.pk) not in str(found)
    for method, path in (
        *(("get", one), ("patch", one), ("delete", one)),
        *(("post", f"{one}/{deed}") for deed in ("enable", "disable", "unlock")),
    ):
        answer = root.generic(
            method.upper(), path, "{}", content_type="application/json"
        )
        assert answer.status_code == 404, path
