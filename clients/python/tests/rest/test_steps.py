"""Signing in with screens of one's own."""

from typing import Any

import pytest

from clients import ok, problem, scripted
from ntt_auth import StepRequired, Unauthenticated
from servers import Server

LOGIN = "/api/v1/auth/login"
PAIR = {"access_token": "AT", "refresh_token": "RT"}


def test_a_sign_in_names_the_clients_application(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, LOGIN, ok(PAIR))
    client = make(server.url, "web", audience="https://api.example.com")
    assert client.auth.login("a@b.c", "pw") == PAIR
    assert asked.received[0].json == {
        "email": "a@b.c",
        "password": "pw",
        "client_id": "web",
        "audience": "https://api.example.com",
    }
    assert "authorization" not in asked.received[0].headers


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("mfa_required", "mfa"),
        ("mfa_enrollment_required", "mfa-enrollment"),
        ("email_verification_required", "verify-email"),
    ],
)
def test_a_sign_in_may_go_on_with_a_step(
    make: Any,
    server: Server,
    code: str,
    kind: str,
) -> None:
    more = {"flow_token": "flow-1", "methods": ["totp"]}
    scripted(server, LOGIN, problem(401, code, **more))
    step = make(server.url).auth.login("a@b.c", "pw")
    assert step == StepRequired(kind, "flow-1", ("totp",))
    assert "flow-1" not in repr(step)


def test_a_step_is_finished_by_its_flow(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/auth/mfa", ok(PAIR))
    assert make(server.url).auth.mfa("flow-1", method="totp", code="123456") == PAIR
    wanted = {"flow_token": "flow-1", "method": "totp", "code": "123456"}
    assert asked.received[0].json == wanted


@pytest.mark.parametrize("code", ["invalid_credentials", "mfa_required"])
def test_a_401_without_a_step_is_raised(
    make: Any,
    server: Server,
    code: str,
) -> None:
    scripted(server, LOGIN, problem(401, code))
    with pytest.raises(Unauthenticated):
        make(server.url).auth.login("a@b.c", "pw")


def test_a_sign_up_waits_for_the_mailed_code_or_gives_tokens(
    make: Any,
    server: Server,
) -> None:
    waiting = ok({"flow_token": "f", "methods": ["email"]}, 202)
    scripted(server, "/api/v1/auth/register", waiting, ok(PAIR, 201))
    auth = make(server.url).auth
    assert auth.register("a@b.c", "pw") == StepRequired("verify-email", "f", ("email",))
    assert auth.register("a@b.c", "pw") == PAIR


def test_signing_out_goes_by_either_token(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/auth/logout", ok(status=204))
    client = make(server.url, token="AT")
    client.auth.logout("RT")
    client.auth.logout()
    by_refresh, by_access = asked.received
    assert by_refresh.json == {"refresh_token": "RT"}
    assert "authorization" not in by_refresh.headers
    assert (by_access.json, by_access.headers["authorization"]) == ({}, "Bearer AT")


def test_all_other_sessions_can_be_ended(
    make: Any,
    server: Server,
) -> None:
    asked = scripted(server, "/api/v1/users/me/sessions", ok(status=204))
    client = make(server.url, token="AT")
    client.me.sessions.end_all(except_current=True)
    client.me.sessions.end_all()
    paths = [one.path for one in asked.received]
    own = "/api/v1/users/me/sessions"
    assert paths == [f"{own}?except=current", own]
