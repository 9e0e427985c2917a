"""One's address over REST."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.api.conftest import calling
from tests.accounts.api.test_recovery import FORGED
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tests.mailbox import last_mail, mails
from tokens import minting
from tokens.models import Session

pytestmark = pytest.mark.django_db

EMAIL = "/api/v1/users/me/email"
VERIFICATION = f"{EMAIL}/verification"
CONFIRM = "/api/v1/auth/confirm-email-change"
UNDO = "/api/v1/auth/undo-email-change"
NEW = "alice.new@example.org"


def fresh(
    user: User,
    age: float = 0,
    scope: str = "account",
) -> APIClient:
    """Return a client who proved who they are `age` seconds ago."""
    client = APIClient()
    claims = {"auth_time": time.time() - age}
    token = SimpleNamespace(
        scope=frozenset({scope}), client_id="default", sid=None, claims=claims
    )
    client.force_authenticate(user, token=token)  # type: ignore[arg-type]
    return client


def used(
    path: str,
    key: str,
) -> tuple[int, str]:
    """Send a link's key; return status and problem code."""
    answer = APIClient().post(path, {"key": key})
    return answer.status_code, answer.json()["code"] if answer.content else ""


@pytest.mark.usefixtures("keys")
def test_an_address_is_changed_and_the_session_goes_on_and_undone_and_it_ends(
    alice: User,
) -> None:
    session = SessionFactory(
        user=alice, application=ApplicationFactory(scopes=["account"])
    )
    client = APIClient()
    token = minting.issue(session.sid).access_token
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    answer = client.post(EMAIL, {"email": NEW})
    assert (answer.status_code, answer.json()) == (202, {})
    assert used(CONFIRM, last_mail(NEW).key) == (204, "")
    assert client.get("/api/v1/users/me").json()["email"] == NEW

    assert used(UNDO, last_mail(alice.email).key) == (204, "")
    assert client.get("/api/v1/users/me").json()["code"] == "token_revoked"
    assert Session.objects.get(pk=session.pk).revoked_at
    assert "/account/password/reset/key/" in last_mail(alice.email).url


def test_a_proof_of_who_one_is_has_to_be_fresh(
    alice: User,
    settings: Any,
) -> None:
    old = fresh(alice, age=settings.STEP_UP_SECONDS + 60)
    answer = old.post(EMAIL, {"email": NEW})
    assert answer.status_code == 401
    assert answer.json()["code"] == "insufficient_user_authentication"
    assert answer.json()["max_age"] == settings.STEP_UP_SECONDS
    assert not mails()


@pytest.mark.parametrize("path", [EMAIL, VERIFICATION])
def test_nobody_without_a_token_for_their_account_gets_in(
    alice: User,
    path: str,
) -> None:
    body = {"email": NEW} if path == EMAIL else {}
    assert APIClient().post(path, body).status_code == 401
    answer = fresh(alice, scope="manage").post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    nobody = APIClient()
    service: Any = SimpleNamespace(pk=None, is_authenticated=True, is_active=True)
    token: Any = SimpleNamespace(
        scope=frozenset({"account"}), client_id="d", sid=None, claims={}
    )
    nobody.force_authenticate(service, token=token)
    assert nobody.post(path, body).status_code == 403
    assert not mails()


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("path", [EMAIL, VERIFICATION])
def test_neither_a_refresh_token_nor_a_disabled_persons_opens(
    alice: User,
    path: str,
) -> None:
    session = SessionFactory(
        user=alice, application=ApplicationFactory(scopes=["account"])
    )
    pair = minting.issue(session.sid)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.refresh_token}")
    assert client.post(path, {"email": NEW}).status_code == 401
    User.objects.update(is_active=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access_token}")
    assert client.post(path, {"email": NEW}).status_code == 401


def test_another_person_cannot_be_named(alice: User) -> None:
    bob = UserFactory.create()
    for extra in ("user_id", "id", "email_verified"):
        answer = fresh(alice).post(EMAIL, {"email": NEW, extra: str(bob.pk)})
        assert answer.json()["errors"][0]["code"] == "unknown_field"


def test_a_taken_address_answers_alike(alice: User) -> None:
    bob = UserFactory.create()
    said = [fresh(alice).post(EMAIL, {"email": to}) for to in (NEW, bob.email)]
    assert len({(a.status_code, a.content, tuple(a.headers)) for a in said}) == 1
    assert not last_mail(bob.email).url


def test_links_never_lead_where_a_header_says(
    alice: User,
    settings: Any,
) -> None:
    settings.ISSUER = "https://id.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    assert fresh(alice).post(EMAIL, {"email": NEW}, **FORGED).status_code == 202
    key = last_mail(NEW).key
    assert APIClient().post(CONFIRM, {"key": key}, **FORGED).status_code == 204
    undo = last_mail(alice.email).key
    assert APIClient().post(UNDO, {"key": undo}, **FORGED).status_code == 204
    urls = [mail.url for mail in mails() if mail.url]
    assert len(urls) == 3
    assert all(url.startswith("https://id.example.com/account/") for url in urls)
    assert not any("evil" in mail.text for mail in mails())


@pytest.mark.parametrize("path", [CONFIRM, UNDO])
@pytest.mark.parametrize("key", ["x", "é" * 120, "../../x", "' OR 1=1"])
def test_what_is_no_link_is_gone(
    path: str,
    key: str,
) -> None:
    assert used(path, key) == (410, "link_invalid")


def test_one_persons_link_does_nothing_to_another(alice: User) -> None:
    bob = UserFactory.create()
    fresh(alice).post(EMAIL, {"email": NEW})
    answer = fresh(bob).post(CONFIRM, {"key": last_mail(NEW).key})
    assert answer.status_code == 204
    bob.refresh_from_db()
    alice.refresh_from_db()
    assert alice.email == NEW != bob.email


def test_a_link_for_an_unproven_address_is_mailed_on_request() -> None:
    user = UserFactory.create(verified=False)
    for _ in range(2):
        answer = calling(user, "account").post(VERIFICATION)
        assert (answer.status_code, answer.json()) == (202, {})
    assert used("/api/v1/auth/verify-email", last_mail().key) == (204, "")
    assert calling(user, "account").post(VERIFICATION).status_code == 202
    assert len(mails()) == 2


def test_asking_for_it_too_often_is_told(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"resend_account": "1/1h"}
    user = UserFactory.create(verified=False)
    said = [calling(user, "account").post(VERIFICATION) for _ in range(2)]
    assert [answer.status_code for answer in said] == [202, 429]


@pytest.mark.parametrize(
    "value", [None, 5, True, [], {}, "", "a\x00b", "\ud800", "x" * 9000, "x"]
)
def test_what_is_no_address_is_refused(
    alice: User,
    value: Any,
) -> None:
    body = json.dumps({"email": value})  # escapes what UTF-8 cannot say
    answer = fresh(alice).generic("POST", EMAIL, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/email"


@pytest.mark.parametrize("path", [CONFIRM, UNDO])
@pytest.mark.parametrize(
    "value", [None, 5, True, [], {}, "", "a\x00b", "\ud800", "x" * 9000]
)
def test_a_key_that_is_no_text_is_refused(
    path: str,
    value: Any,
) -> None:
    body = json.dumps({"key": value})
    answer = APIClient().generic("POST", path, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/key"


@pytest.mark.parametrize("path", [CONFIRM, UNDO, EMAIL, VERIFICATION])
def test_malformed_bodies_are_refused_and_a_get_changes_nothing(
    alice: User,
    path: str,
) -> None:
    for raw in ("{", "[]", "null", "5", '{"strange": 1}'):
        answer = fresh(alice).generic(
            "POST", path, raw, content_type="application/json"
        )
        assert answer.status_code == 400, raw
    assert fresh(alice).get(path).status_code == 405
