"""The short way answers as Django does: the same requests through both, side by side."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone

from accounts import limits, lockouts
from config import context
from config.serializers import is_storable
from tests.tokens.doors import (
    DISCOVERY,
    FEED,
    JWKS,
    OAUTH,
    REFRESH,
    VERIFY,
    Doors,
    ask,
    database_down,
    get,
    refreshing,
    verifying,
)
from tests.tokens.forgery import attacks
from tokens import feed, revocations
from tokens.api.door import ENDPOINTS
from tokens.minting import TokenPair
from tokens.models import Session
from tokens.revocations import Entry, Kind
from tokens.services import feed as feeds
from tokens.services import sessions
from tokens.services.refresh import refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

# -- what is usual


def test_a_good_token_is_verified_in_one_query(
    doors: Doors,
    pair: TokenPair,
) -> None:
    told = doors.same(verifying(pair.access_token))
    body = json.loads(told.raw)
    assert (told.code, len(told.queries)) == (200, 1)
    assert body["active"] and body["claims"]["sid"] == str(pair.standing.sid)


def test_a_refresh_rotates_in_two_queries(
    doors: Doors,
    pair: TokenPair,
) -> None:
    told = doors.same(refreshing(pair.refresh_token))
    assert (told.code, len(told.queries)) == (200, 2)
    assert ("Cache-Control", "no-store") in told.headers
    for name in ("client_id", "audience"):
        good = {
            "client_id": pair.standing.client_id,
            "audience": pair.standing.audience,
        }
        assert doors.same(refreshing(pair.refresh_token, **{name: good[name]})).code


@pytest.mark.parametrize(("path", "count"), [(JWKS, 1), (DISCOVERY, 0), (OAUTH, 0)])
def test_a_document_is_read_and_read_again(
    doors: Doors,
    path: str,
    count: int,
) -> None:
    told = doors.same(get(path))
    assert (told.code, len(told.queries)) == (200, count)
    tag = dict(told.headers)["ETag"]
    again = doors.same(get(path, HTTP_IF_NONE_MATCH=tag))
    assert (again.code, again.raw, len(again.queries)) == (304, b"", count)
    assert doors.same(get(path, HTTP_IF_NONE_MATCH='"other"')).code == 200


def test_the_feed_is_read_paged_and_found_unchanged(doors: Doors) -> None:
    start = doors.same(get(FEED))
    tag = dict(start.headers)["ETag"]
    cursor = json.loads(start.raw)["next_cursor"]
    unchanged = doors.same(get(FEED, HTTP_IF_NONE_MATCH=tag))
    assert (unchanged.code, unchanged.raw, len(unchanged.queries)) == (304, b"", 1)
    assert doors.same(get(FEED, f"after={cursor}", HTTP_IF_NONE_MATCH=tag)).code == 304
    revocations.write([Entry(Kind.SESSION, "x")], reason="test")
    told = doors.same(get(FEED, f"after={cursor}", HTTP_IF_NONE_MATCH=tag))
    assert (told.code, len(json.loads(told.raw)["data"])) == (200, 1)


def test_a_bad_cursor_is_the_same_refusal(doors: Doors) -> None:
    for cursor in ("x", "a.b", "a.-1", "a.1.2", "a." + "1" * 19):
        assert doors.same(get(FEED, f"after={cursor}")).code == 400
    assert doors.same(get(FEED, "after=other.0")).code == 410


def test_a_cursor_ahead_of_the_feed_or_before_a_restart_is_gone(doors: Doors) -> None:
    own = feed.read()
    assert doors.same(get(FEED, f"after={own.feed_id}.99")).code == 410
    feeds.restart_feed(acting_user=None)
    assert doors.same(get(FEED, f"after={own.feed_id}.0")).code == 410


USUAL: list[dict[str, Any]] = [
    {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 198.51.100.2:99"},
    {"REMOTE_ADDR": ""},
    {"HTTP_USER_AGENT": "\x00\n" + "8" * 300},
    {"HTTP_ACCEPT": "application/json, text/plain, */*"},
    {"HTTP_ACCEPT": "*/*", "HTTP_COOKIE": "a=b", "HTTP_AUTHORIZATION": "Bearer x"},
    {"HTTP_HOST": "LOCALHOST:8000"},
    {"CONTENT_TYPE": "application/json; charset=utf-8"},
]


def test_usual_headers_are_met_alike(
    doors: Doors,
    settings: Any,
) -> None:
    settings.TRUSTED_PROXIES = 1
    for environ in USUAL:
        assert doors.same(verifying("no token").but(**environ)).code == 200


@pytest.mark.parametrize("given", [None, "a b", "x" * 65])
def test_without_a_usable_request_id_each_gets_its_own(
    doors: Doors,
    given: str | None,
) -> None:
    sent = verifying("no token").but(HTTP_X_REQUEST_ID=given)
    told = [ask(way, sent) for way in (doors.django, doors.door)]
    ids = {dict(answer.headers)["X-Request-ID"] for answer in told}
    assert len(ids) == 2 and given not in ids


# -- refusals of what was asked of a service


def test_every_forgery_is_refused_alike(
    doors: Doors,
    pair: TokenPair,
) -> None:
    for name, forged in attacks(pair.access_token):
        usual = 0 < len(forged) <= 8192 and is_storable(forged)
        told = doors.same(verifying(forged), short=usual)
        assert b"claims" not in told.raw, name
        doors.same(refreshing(forged), short=usual)


def test_a_token_for_another_audience_or_client_is_refused_alike(
    doors: Doors,
    pair: TokenPair,
) -> None:
    other = "https://other.example.com"
    assert b"false" in doors.same(verifying(pair.access_token, audience=other)).raw
    assert doors.same(refreshing(pair.refresh_token, audience=other)).code == 400
    assert doors.same(refreshing(pair.refresh_token, client_id="other")).code == 401
    assert doors.same(refreshing(pair.access_token)).code == 401
    assert b"false" in doors.same(verifying(pair.refresh_token)).raw


def test_a_reused_token_ends_the_session_alike(
    doors: Doors,
    pair: TokenPair,
) -> None:
    second = refresh(pair.refresh_token)
    assert doors.same(refreshing(pair.refresh_token)).code == 200, "within the grace"
    refresh(second.refresh_token)
    told = doors.same(refreshing(pair.refresh_token))
    assert (told.code, len(told.events)) == (401, 1)
    assert "refresh_token_reused" in str(told.counted)


def test_an_ended_session_is_refused_alike(
    doors: Doors,
    pair: TokenPair,
) -> None:
    sessions.revoke(pair.refresh_token)
    assert b"token_revoked" in doors.same(refreshing(pair.refresh_token)).raw
    assert b"false" in doors.same(verifying(pair.access_token)).raw


def test_an_expired_session_is_refused_alike(
    doors: Doors,
    pair: TokenPair,
) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.update(idle_expires_at=past)
    assert b"token_expired" in doors.same(refreshing(pair.refresh_token)).raw


def test_a_suspended_application_is_refused_alike(
    doors: Doors,
    pair: TokenPair,
) -> None:
    application = Session.objects.select_related("application").get().application
    application.suspended_at = timezone.now()
    application.save(update_fields=["suspended_at"])
    told = doors.same(refreshing(pair.refresh_token))
    assert (told.code, len(told.events)) == (401, 1), "and the session ends"


def test_too_many_bad_tokens_are_refused_alike(
    doors: Doors,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "1/1h"}
    with context.entered(context.RequestContext(ip="192.0.2.7")):
        limits.hit("token_failures_ip", lockouts.caller())
    for sent in (verifying("no token"), refreshing("no token")):
        told = doors.same(sent)
        assert told.code == 429
        assert int(dict(told.headers)["Retry-After"]) > 3000


@pytest.mark.parametrize("path", [VERIFY, REFRESH, FEED, JWKS])
def test_a_database_that_is_gone_is_the_same_503(
    doors: Doors,
    pair: TokenPair,
    path: str,
) -> None:
    asked = {VERIFY: verifying(pair.access_token), REFRESH: refreshing("no.to.ken")}
    told = doors.same(asked.get(path, get(path)), around=database_down)
    assert (told.code, dict(told.headers)["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("path", [VERIFY, REFRESH, FEED])
def test_a_fault_of_ours_is_the_same_500_and_is_logged_with_its_frames(
    doors: Doors,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    def broken(*given: Any, **named: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tokens.verification.verify", broken)
    monkeypatch.setattr("tokens.api.tokens.refresh", broken)
    monkeypatch.setattr("tokens.services.feed.position", broken)
    asked = {VERIFY: verifying("x"), REFRESH: refreshing("x")}
    told = doors.same(asked.get(path, get(path)))
    assert (told.code, json.loads(told.raw)["code"]) == (500, "internal_error")
    assert True in told.raised


def test_a_fault_of_ours_at_a_document_is_the_same_500(
    doors: Doors,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tokens.wellknown._metadata", broken)
    long_way, told = (ask(way, get(DISCOVERY)) for way in (doors.django, doors.door))
    assert (told.code, told.raw, told.headers) == (500, long_way.raw, long_way.headers)
    assert told.counted == long_way.counted
    assert True in told.raised and True in long_way.raised


def test_what_the_door_answers_stands_in_the_url_map_without_parameters() -> None:
    for endpoint in ENDPOINTS:
        assert f"/{resolve(endpoint.path).route}" == endpoint.path
