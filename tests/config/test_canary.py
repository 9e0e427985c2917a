"""A canary through every door: what people send as a secret is never in a log line."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from config.logs import JsonFormatter, TextFormatter
from tests.factories import UserFactory
from tokens.services import sign_in

CANARY = "cAnaRy-4711-tweet-tweet"
JWT = f"eyJhbGciOiJFUzI1NiIsImtpZCI6InggIn0.eyJzdWIiOiJ4In0.{CANARY}"
Log = io.StringIO


@pytest.fixture(params=[JsonFormatter, TextFormatter])
def log(
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Log]:
    """All that any logger writes, from DEBUG on; at the end it must be without canary."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param())
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in root.manager.loggerDict)]
    kept = [(logger, logger.level, logger.disabled) for logger in loggers]
    root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    for logger, level, _ in kept:
        logger.setLevel(level)
    printed = capfd.readouterr()
    assert "ntt.access" in written.getvalue(), "nothing was captured"
    for part in (CANARY, CANARY[:12], CANARY[-12:]):
        assert part.lower() not in written.getvalue().lower()
        assert part.lower() not in (printed.out + printed.err).lower()


@pytest.fixture
def api(keys: None) -> APIClient:
    """A caller who carries canaries in headers too."""
    client = APIClient(raise_request_exception=False)
    client.credentials(
        HTTP_AUTHORIZATION=f"Bearer {JWT}", HTTP_COOKIE=f"ntt-session={CANARY}"
    )
    return client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/login", {"email": "a@example.com", "password": CANARY}),
        ("auth/login", {"email": CANARY * 50, "password": [CANARY]}),
        (
            "auth/login",
            {"email": "a@example.com", "password": CANARY, "client_id": "none"},
        ),
        ("auth/register", {"email": "new@example.com", "password": CANARY}),
        ("auth/register", {"email": "new@example.com", "password": CANARY[:8]}),
        ("auth/verify-email", {"flow_token": JWT, "code": CANARY}),
        ("auth/verify-email", {"flow_token": CANARY, CANARY: "x"}),
        ("auth/verify-email/resend", {"flow_token": CANARY}),
        ("auth/verify-email", {"key": CANARY}),
        ("auth/password-reset", {"email": "a@example.com", "client_id": CANARY}),
        ("auth/password-reset/confirm", {"key": CANARY, "password": CANARY}),
        ("auth/confirm-email-change", {"key": CANARY}),
        ("auth/undo-email-change", {"key": CANARY}),
        ("users/me/email", {"email": f"{CANARY}@example.com"}),
        ("auth/keep-account", {"key": CANARY}),
        ("auth/logout", {"refresh_token": JWT}),
        ("tokens/refresh", {"refresh_token": JWT}),
        ("tokens/refresh", {"refresh_token": CANARY, CANARY: "x"}),
        ("tokens/verify", {"token": JWT}),
        ("tokens/revoke", {"token": CANARY}),
        ("users/me/password", {"current_password": CANARY, "new_password": CANARY}),
    ],
)
def test_no_endpoint_logs_what_it_was_given(
    log: Log,
    api: APIClient,
    path: str,
    body: dict[str, Any],
) -> None:
    answer = api.post(f"/api/v1/{path}?token={CANARY}&code={CANARY}", body)
    assert answer.status_code < 500


@pytest.mark.parametrize("path", ["token", "par", "introspect", "revoke", "userinfo"])
@pytest.mark.parametrize("query", ["", f"?access_token={CANARY}&token={CANARY}"])
def test_no_oauth_endpoint_logs_what_it_was_given(
    log: Log,
    api: APIClient,
    path: str,
    query: str,
) -> None:
    for token in (JWT, CANARY):
        names = ("token", "access_token", "refresh_token", "code", "client_secret")
        form = "&".join(f"{name}={token}" for name in names)
        answer = Client(headers={"authorization": f"Bearer {JWT}"}).post(
            f"/oauth/{path}{query}",
            f"client_id=default&grant_type=refresh_token&{form}",
            content_type="application/x-www-form-urlencoded",
        )
        assert 400 <= answer.status_code < 500
        assert CANARY not in answer.content.decode()


def test_a_sign_in_that_succeeds_logs_neither_password_nor_tokens(
    log: Log,
    api: APIClient,
) -> None:
    UserFactory(email="alice@example.com", password=CANARY)
    body = {"email": "alice@example.com", "password": CANARY}
    answer = api.post("/api/v1/auth/login", body)
    assert answer.status_code == 200
    api.post(
        "/api/v1/tokens/refresh", {"refresh_token": answer.json()["refresh_token"]}
    )
    assert answer.json()["refresh_token"] not in log.getvalue()
    assert "eyJ" not in log.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        f'{{"password": "{CANARY}"',
        f'{{"password": "{CANARY}", "password": "{CANARY}"}}',
        f'["{CANARY}"]',
        f'"{CANARY}\xff"',
    ],
)
def test_a_body_that_cannot_be_read_is_not_logged(
    log: Log,
    api: APIClient,
    raw: str,
) -> None:
    answer = api.post(
        "/api/v1/auth/login", raw.encode("latin-1"), content_type="application/json"
    )
    assert answer.status_code == 400


@pytest.mark.django_db
def test_the_setup_page_logs_neither_link_nor_password(log: Log) -> None:
    client = Client()
    client.get(f"/account/setup/?token={CANARY}")
    sent = {"token": CANARY, "email": "a@example.com", "password": CANARY}
    client.post(f"/account/setup/?token={CANARY}", sent)


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("login/", {"email": "a@example.com", "password": CANARY}),
        ("passkey/", {"credential": f'{{"id": "{CANARY}"}}'}),
        ("signup/", {"email": "a@example.com", "password": CANARY, "name": "A"}),
        ("verify/", {"code": CANARY}),
        ("2fa/authenticate/", {"code": CANARY, "credential": CANARY}),
        ("2fa/required/", {"code": CANARY}),
        ("password/reset/", {"email": f"{CANARY}@example.com"}),
        ("password/reset/key/", {"key": CANARY, "password": CANARY, "code": CANARY}),
        ("reauthenticate/", {"password": CANARY}),
        ("invitation/", {"key": CANARY, "password": CANARY}),
        ("verify-email/", {"key": CANARY}),
        ("email/confirm/", {"key": CANARY}),
        ("email/undo/", {"key": CANARY}),
        ("keep/", {"key": CANARY}),
        ("logout/", {"key": CANARY}),
    ],
)
def test_no_page_of_signing_in_logs_what_it_was_given(
    log: Log,
    keys: None,
    page: str,
    sent: dict[str, str],
) -> None:
    client = Client(raise_request_exception=False)
    query = f"?key={CANARY}&next=/{CANARY}&with={CANARY}"
    for answer in (
        client.get(f"/account/{page}{query}"),
        client.post(f"/account/{page}{query}", sent),
    ):
        assert answer.status_code < 500


@pytest.mark.django_db
def test_the_console_logs_no_password(log: Log) -> None:
    client = Client()
    sent = {"email": "a@example.com", "password": CANARY}
    client.post(f"/admin/login/?next=/admin/%3Ftoken={CANARY}", sent)
    client.post(f"/account/login/?next=/admin/%3Ftoken={CANARY}", sent)


def test_a_fault_of_ours_logs_where_and_not_what(
    log: Log,
    api: APIClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(credentials: Any, **kwargs: Any) -> None:
        raise ValueError(f"cannot read {credentials} of {kwargs}")

    monkeypatch.setattr(sign_in, "log_in", broken)
    answer = api.post(
        "/api/v1/auth/login", {"email": "a@example.com", "password": CANARY}
    )
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert CANARY not in json.dumps(answer.json())
    assert "in broken" in log.getvalue()


@pytest.mark.django_db
def test_a_page_that_fails_logs_where_and_not_what(
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr("accounts.pages.setup.render", broken)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/account/setup/?token={CANARY}")
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    assert "LookupError" in log.getvalue()
