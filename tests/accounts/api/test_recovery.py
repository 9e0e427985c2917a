"""A forgotten password over REST."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.errors import MfaRequired
from accounts.models import User
from accounts.services import recovery
from tests.accounts.api.conftest import calling
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tests.mailbox import last_mail, mails
from tokens import minting
from tokens.models import Session

pytestmark = pytest.mark.django_db

RESET = "/api/v1/auth/password-reset"
CONFIRM = f"{RESET}/confirm"
NEW = "seven green tractors at noon"
FORGED: dict[str, Any] = {
    "HTTP_HOST": "evil.example",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_FORWARDED": "host=evil.example",
    "HTTP_ORIGIN": "https://evil.example",
}


def mailed_key(email: str) -> str:
    """Ask for a reset over REST; return the mailed key."""
    answer = APIClient().post(RESET, {"email": email})
    assert (answer.status_code, answer.json()) == (202, {})
    return last_mail(email).key


def confirmed(
    key: str,
    password: str = NEW,
    **more: Any,
) -> Any:
    """Send the new password."""
    return APIClient().post(CONFIRM, {"key": key, "password": password} | more)


@pytest.mark.usefixtures("keys")
def test_a_forgotten_password_is_replaced_and_nobody_signed_in(alice: User) -> None:
    session = SessionFactory(user=alice)
    token = minting.issue(session.sid).access_token

    answer = confirmed(mailed_key(alice.email))

    assert (answer.status_code, answer.content) == (204, b"")
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        body = {"email": alice.email, "password": password}
        assert APIClient().post("/api/v1/auth/login", body).status_code == status
    assert Session.objects.get(pk=session.pk).revoked_at
    old = APIClient()
    old.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    refused = old.get("/api/v1/users/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")


def test_all_addresses_are_answered_alike(alice: User) -> None:
    UserFactory(email="disabled@example.com", is_active=False)
    said = set()
    for email in ("alice@example.com", "nobody@example.com", "disabled@example.com"):
        for _ in range(7):  # past the limit per address too
            answer = APIClient().post(RESET, {"email": email, "client_id": "shop"})
            said.add((answer.status_code, answer.content, tuple(answer.headers)))
    assert len(said) == 1
    assert {mail.to for mail in mails()} == {"Alice@example.com"}


def test_the_link_never_leads_where_a_header_says(
    alice: User,
    settings: Any,
) -> None:
    settings.ISSUER = "https://id.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    answer = APIClient().post(RESET, {"email": alice.email}, **FORGED)
    assert answer.status_code == 202
    mail = last_mail()
    assert mail.url.startswith("https://id.example.com/account/password/reset/key/")
    assert "evil" not in mail.text + mail.subject


def test_too_many_from_one_ip_are_told_so(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"reset_ip": "1/1h"}
    said = [APIClient().post(RESET, {"email": f"p{n}@x.io"}) for n in range(2)]
    assert [answer.status_code for answer in said] == [202, 429]
    assert said[1]["Retry-After"]


def test_guesses_at_links_are_counted(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "2/1m"}
    assert [confirmed("x").status_code for _ in range(3)] == [410, 410, 429]


def test_a_used_and_an_unknown_link_are_gone(alice: User) -> None:
    key = mailed_key(alice.email)
    assert confirmed(key).status_code == 204
    for dead in (key, "x", "é" * 120, "' OR 1=1"):
        answer = confirmed(dead)
        assert (answer.status_code, answer.json()["code"]) == (410, "link_invalid")


def test_a_weak_password_points_at_its_field_and_leaves_the_link(alice: User) -> None:
    key = mailed_key(alice.email)
    answer = confirmed(key, "short")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/password"
    assert confirmed(key).status_code == 204


def test_a_second_factor_is_a_step_and_its_proof_is_passed_on(
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[Any] = []

    def ask(
        user: User,
        proof: Any,
    ) -> None:
        given.append(proof)
        if proof is None:
            raise MfaRequired(extra={"flow_token": "f", "methods": ["totp"]})

    monkeypatch.setattr(recovery, "_second_factor", ask)
    key = mailed_key(alice.email)
    first = confirmed(key)
    assert (first.status_code, first.json()["code"]) == (401, "mfa_required")
    assert first.json()["flow_token"] == "f"
    proof = {"flow_token": "f", "method": "totp", "code": "123456"}
    assert confirmed(key, **proof).status_code == 204
    assert given == [None, proof]


def test_whoever_is_signed_in_is_not_looked_at(alice: User) -> None:
    bob = UserFactory.create()
    key = mailed_key(alice.email)
    answer = calling(bob, "account").post(CONFIRM, {"key": key, "password": NEW})
    assert answer.status_code == 204
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


@pytest.mark.parametrize(
    "value", [None, 5, True, [], {}, "", "a\x00b", "\ud800", "x" * 9000]
)
@pytest.mark.parametrize(
    ("path", "field"),
    [(RESET, "email"), (RESET, "client_id"), (CONFIRM, "key"), (CONFIRM, "password")],
)
def test_what_is_no_text_is_refused(
    path: str,
    field: str,
    value: Any,
) -> None:
    good = {"email": "a@x.io"} if path == RESET else {"key": "k", "password": "p"}
    body = json.dumps(good | {field: value})  # escapes what UTF-8 cannot say
    answer = APIClient().generic("POST", path, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"#/{field}"


@pytest.mark.parametrize("path", [RESET, CONFIRM])
@pytest.mark.parametrize("raw", ["{", "[]", "null", "5", "{}", "", '{"user_id": 1}'])
def test_malformed_bodies_are_refused(
    path: str,
    raw: str,
) -> None:
    answer = APIClient().generic("POST", path, raw, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("path", [RESET, CONFIRM])
def test_a_get_changes_nothing(path: str) -> None:
    assert APIClient().get(path).status_code == 405
