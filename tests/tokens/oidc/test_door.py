"""The short way at `/oauth/` answers as Django does: the same requests through both."""

import json
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone

from accounts import limits, lockouts
from accounts.models import User
from config import context
from tenants.models import ApplicationSecret
from tenants.services import applications
from tests.tokens.doors import (
    FORM,
    INTROSPECT,
    TOKEN,
    Doors,
    Sent,
    ask,
    database_down,
    form,
)
from tests.tokens.forgery import attacks
from tests.tokens.oidc.confidential import basic, service, web
from tests.tokens.oidc.party import CALLBACK, VERIFIER, Party, browser_of
from tokens.oidc.door import ENDPOINTS
from tokens.services.sessions import revoke

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
GRANT = "client_credentials"
Tokens = dict[str, str]


def shown(party: Party) -> str:
    """Return a client's header."""
    return basic(party.application.client_id, party.secret)


@pytest.fixture
def machine() -> Party:
    """A service, whose secret was used just now."""
    made = service()
    ApplicationSecret.objects.update(last_used_at=timezone.now())
    return made


@pytest.fixture
def shop(ann: User) -> Party:
    """A client with a secret that was used just now."""
    made = web()
    ApplicationSecret.objects.update(last_used_at=timezone.now())
    return made


@pytest.fixture
def tokens(
    shop: Party,
    ann: User,
) -> Tokens:
    """What Ann granted it."""
    return shop.tokens(browser_of(ann), scope="orders:read")


def asking(
    party: Party,
    token: str,
) -> Sent:
    """Return a question about a token."""
    return form(INTROSPECT, shown(party), token=token)


def refreshing(
    party: Party,
    token: str,
    **more: str,
) -> Sent:
    """Return a refresh."""
    more["grant_type"] = "refresh_token"
    return form(TOKEN, shown(party), refresh_token=token, **more)


# -- what is usual


def test_a_service_gets_its_token_in_three_queries(
    doors: Doors,
    machine: Party,
) -> None:
    told = doors.same(form(TOKEN, shown(machine), grant_type=GRANT))
    *usual, event = told.queries  # the first token in a minute is written down
    assert (told.code, len(usual)) == (200, 3), told.queries
    assert event.startswith("INSERT INTO") and len(told.events) == 1
    assert ("Cache-Control", "no-store") in told.headers
    assert ("Pragma", "no-cache") in told.headers
    body = json.loads(told.raw)
    assert body["scope"] == "orders:read orders:write"


def test_a_refresh_rotates_in_three_queries(
    doors: Doors,
    shop: Party,
    tokens: Tokens,
) -> None:
    told = doors.same(refreshing(shop, tokens["refresh_token"]))
    assert (told.code, len(told.queries)) == (200, 3), told.queries
    narrowed = refreshing(shop, tokens["refresh_token"], scope="orders:read")
    assert doors.same(narrowed).code == 200


def test_a_token_is_introspected_in_two_queries(
    doors: Doors,
    shop: Party,
    tokens: Tokens,
) -> None:
    told = doors.same(asking(shop, tokens["access_token"]))
    assert (told.code, len(told.queries)) == (200, 2), told.queries
    assert json.loads(told.raw)["active"] is True
    assert doors.same(asking(shop, tokens["refresh_token"])).code == 200


def test_a_secret_in_the_form_and_a_public_client_are_met_alike(
    doors: Doors,
    machine: Party,
) -> None:
    own = {"client_id": machine.application.client_id, "client_secret": machine.secret}
    assert doors.same(form(TOKEN, grant_type=GRANT, **own)).code == 200
    own.pop("client_secret")
    assert doors.same(form(TOKEN, grant_type=GRANT, **own)).code == 400


def test_the_first_use_of_a_secret_is_noted_alike(
    doors: Doors,
    machine: Party,
) -> None:
    ApplicationSecret.objects.update(last_used_at=None)
    told = doors.same(form(TOKEN, shown(machine), grant_type=GRANT))
    assert len(told.queries) == 5


def test_a_code_is_exchanged_at_the_door(
    doors: Doors,
    shop: Party,
    ann: User,
) -> None:
    code = shop.code_for(browser_of(ann), scope="openid orders:read")
    sent = form(
        TOKEN,
        shown(shop),
        grant_type="authorization_code",
        code=code,
        redirect_uri=CALLBACK,
        code_verifier=VERIFIER,
    )
    told = [ask(way, sent) for way in (doors.django, doors.door)]
    assert doors.passed == 0
    assert [answer.code for answer in told] == [200, 200]
    assert {*json.loads(told[0].raw)} == {*json.loads(told[1].raw)}
    assert told[0].counted == told[1].counted
    assert doors.same(form(TOKEN, shown(shop), grant_type="authorization_code")).code


@pytest.mark.parametrize("kind", [f"{FORM};charset=UTF-8", f"{FORM}; charset=utf-8"])
def test_a_charset_is_usual(
    doors: Doors,
    machine: Party,
    kind: str,
) -> None:
    sent = form(TOKEN, shown(machine), grant_type=GRANT).but(CONTENT_TYPE=kind)
    assert doors.same(sent).code == 200


# -- what is unusual: Django answers, and nothing was done before


UNUSUAL: list[dict[str, Any]] = [
    {"REQUEST_METHOD": "GET"},
    {"REQUEST_METHOD": "PUT"},
    {"CONTENT_TYPE": "application/json"},
    {"CONTENT_TYPE": f"{FORM}; charset=latin-1"},
    {"CONTENT_TYPE": None},
    {"CONTENT_LENGTH": None},
    {"CONTENT_LENGTH": "70000"},
    {"QUERY_STRING": "grant_type=client_credentials"},
    {"HTTP_ORIGIN": "https://elsewhere.example.com"},
    {"HTTP_ACCEPT": "text/html"},
    {"HTTP_HOST": "elsewhere.example.com"},
]


@pytest.mark.parametrize("environ", UNUSUAL)
def test_what_is_unusual_goes_to_django(
    doors: Doors,
    machine: Party,
    environ: dict[str, Any],
) -> None:
    doors.same(
        form(TOKEN, shown(machine), grant_type=GRANT).but(**environ), short=False
    )


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"a=1&a=2",
            b"a=%00",
            b"a=%FF",
            b"\xff=1",
            "a=\ud800".encode("utf-8", "replace"),
        ),
        *(b"a=" + b"x" * 70_000, b"&".join(b"a%d=1" % n for n in range(61))),
        *(b"", b"{}\x00", b"token=" + b"%ED%A0%80"),
    ],
)
@pytest.mark.parametrize("path", [TOKEN, INTROSPECT])
def test_malformed_bodies_are_refused_alike(
    doors: Doors,
    machine: Party,
    path: str,
    body: bytes,
) -> None:
    environ = {"CONTENT_TYPE": FORM, "HTTP_AUTHORIZATION": shown(machine)}
    sent = Sent("POST", path, body, environ=environ)
    long_way, told = (ask(way, sent) for way in (doors.django, doors.door))
    assert told.comparable == long_way.comparable
    assert 400 <= told.code < 500 and not told.events


# -- refusals


def test_a_wrong_secret_is_refused_counted_and_written_down_alike(
    doors: Doors,
    machine: Party,
) -> None:
    client_id = machine.application.client_id
    for header in (
        *(basic(client_id, "wrong"), basic("", ""), basic("nobody", "x")),
        *("Basic !", "Bearer x", basic(client_id, "a\x00b"), "\xff"),
    ):
        for path in (TOKEN, INTROSPECT):
            told = doors.same(form(path, header, grant_type=GRANT, token="x"))
            assert (told.code, len(told.events)) == (401, 1), header
            assert "invalid_client" in str(told.counted)
            assert "WWW-Authenticate" in dict(told.headers)


def test_what_a_client_may_not_is_refused_alike(
    doors: Doors,
    machine: Party,
    shop: Party,
    tokens: Tokens,
) -> None:
    refresh = tokens["refresh_token"]
    for sent in (
        form(TOKEN, shown(shop), grant_type=GRANT),
        form(TOKEN, shown(shop), grant_type="password"),
        form(TOKEN, shown(shop), scope="openid"),
        form(TOKEN, shown(machine), grant_type=GRANT, scope="admin"),
        form(TOKEN, shown(machine), grant_type=GRANT, resource="https://x.example"),
        form(TOKEN, shown(machine), grant_type=GRANT, client_id="other"),
        form(TOKEN, shown(machine), grant_type=GRANT, client_secret=machine.secret),
        refreshing(machine, refresh),
        refreshing(shop, tokens["access_token"]),
        refreshing(shop, refresh, scope="admin"),
        form(INTROSPECT, shown(shop), token_type_hint="x"),
    ):
        assert doors.same(sent).code in (400, 401)
    assert b'"active": false' in doors.same(asking(machine, refresh)).raw


def test_every_forgery_is_refused_alike(
    doors: Doors,
    shop: Party,
    tokens: Tokens,
) -> None:
    for name, forged in attacks(tokens["access_token"]):
        try:
            told = doors.same(asking(shop, forged), short="\x00" not in forged)
        except UnicodeEncodeError:  # no form can hold it
            continue
        assert b"scope" not in told.raw, name


def test_a_reused_token_ends_the_session_alike(
    doors: Doors,
    shop: Party,
    tokens: Tokens,
) -> None:
    second = shop.refresh(tokens["refresh_token"]).json()
    assert doors.same(refreshing(shop, tokens["refresh_token"])).code == 200
    shop.refresh(second["refresh_token"])
    told = doors.same(refreshing(shop, tokens["refresh_token"]))
    assert (told.code, len(told.events)) == (400, 1)


def test_what_has_ended_is_not_active_and_not_refreshed_alike(
    doors: Doors,
    shop: Party,
    tokens: Tokens,
) -> None:
    revoke(tokens["refresh_token"])
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert json.loads(doors.same(asking(shop, token)).raw) == {"active": False}
    assert doors.same(refreshing(shop, tokens["refresh_token"])).code == 400


def test_a_suspended_client_is_refused_alike(
    doors: Doors,
    machine: Party,
) -> None:
    applications.suspend_application(machine.application, acting_user=None)
    told = doors.same(form(TOKEN, shown(machine), grant_type=GRANT))
    assert (told.code, len(told.events)) == (401, 1)


def test_too_many_failures_are_refused_alike(
    doors: Doors,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "1/1h"}
    with context.entered(context.RequestContext(ip="192.0.2.7")):
        limits.hit("token_failures_ip", lockouts.caller())
    told = doors.same(form(TOKEN, basic("nobody", "x"), grant_type=GRANT))
    assert told.code == 429
    assert int(dict(told.headers)["Retry-After"]) > 3000


def test_a_database_that_is_gone_is_the_same_503(
    doors: Doors,
    machine: Party,
) -> None:
    for path in (TOKEN, INTROSPECT):
        sent = form(path, shown(machine), grant_type=GRANT, token="x")
        told = doors.same(sent, around=database_down)
        assert (told.code, dict(told.headers)["Retry-After"]) == (503, "5")


def test_a_fault_of_ours_is_the_same_500_and_is_logged_with_its_frames(
    doors: Doors,
    machine: Party,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*given: Any, **named: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tokens.minting.issue_to", broken)
    sent = form(TOKEN, shown(machine), grant_type=GRANT)
    long_way, told = (ask(way, sent) for way in (doors.django, doors.door))
    assert (told.code, told.raw, told.headers) == (500, long_way.raw, long_way.headers)
    assert told.counted == long_way.counted
    assert True in told.raised and True in long_way.raised


def test_what_the_door_answers_stands_in_the_url_map_without_parameters() -> None:
    for endpoint in ENDPOINTS:
        assert f"/{resolve(endpoint.path).route}" == endpoint.path
