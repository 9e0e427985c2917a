"""Which ID tokens sign somebody in, and which are refused."""

import json
import time
from typing import Any

import jwt
import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from social.models import Connection, Identity
from tests.conftest import Together
from tests.factories import IdentityFactory
from tests.social.native import (
    APP,
    NONCE,
    Provider,
    hashed,
    native_connection,
    said,
    send,
)
from tests.social.upstreams import KID, Asked, Asking, Upstream, jwk, private_key
from tests.tokens.api.factor_calls import Api

pytestmark = pytest.mark.django_db
LIST = "social/providers"


@pytest.mark.parametrize("provider", [Provider.GOOGLE, Provider.APPLE])
@pytest.mark.parametrize("audience", ["our-client", APP, ["our-client"]])
def test_a_token_is_for_the_client_or_one_of_its_apps(
    google: Connection,
    upstream: Upstream,
    provider: str,
    audience: Any,
) -> None:
    native_connection("other", provider=provider)
    token = upstream.id_token(hashed(NONCE), aud=audience)
    assert send(token, provider_id="other").status_code == 200


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": "another-client"}, "aud"),
    "no audience": ({"aud": None}, "aud"),
    "two audiences, no party": ({"aud": ["our-client", "x"]}, "azp"),
    "another party": ({"azp": "another-client"}, "azp"),
    "another issuer": ({"iss": "https://evil.example"}, "iss"),
    "no issuer": ({"iss": None}, "iss"),
    "another nonce": ({"nonce": "another"}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "a nonce that is a list": ({"nonce": [NONCE]}, "nonce"),
    "a hash of another nonce": ({"nonce": hashed("another")}, "nonce"),
    "expired": ({"exp": 1}, "exp"),
    "no expiry": ({"exp": None}, "exp"),
    "old": ({"iat": 1}, "iat"),
    "no subject": ({"sub": None}, "sub"),
    "a subject that is a number": ({"sub": 7}, "sub"),
    "a long subject": ({"sub": "x" * 256}, "sub"),
}


@pytest.mark.parametrize(("claims", "check"), WRONG.values(), ids=list(WRONG))
def test_a_token_that_does_not_fit_lets_nobody_in(
    google: Connection,
    upstream: Upstream,
    claims: dict[str, Any],
    check: str,
) -> None:
    nonce = claims.get("nonce", NONCE)
    rest = {name: value for name, value in claims.items() if name != "nonce"}
    answer = send(upstream.id_token(nonce, **rest))
    assert said(answer) == (401, "provider_refused")
    assert not User.objects.exists() and not Identity.objects.exists()
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.details == {"connection": "google", "check": check}


def _unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", "none", headers={"kid": KID})


def _by_the_public_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, str(jwk()["n"]), "HS256", headers={"kid": KID})


def _by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, private_key("key-2"), "RS256", headers={"kid": KID})


@pytest.mark.parametrize("sign", [_unsigned, _by_the_public_key, _by_another_key])
def test_nothing_but_the_providers_signature_counts(
    google: Connection,
    upstream: Upstream,
    sign: Any,
) -> None:
    upstream.sign = sign
    assert said(send(upstream.id_token(NONCE))) == (401, "provider_refused")
    assert not User.objects.exists()


def test_a_token_is_good_once_and_a_nonce_too(
    google: Connection,
    upstream: Upstream,
) -> None:
    token = upstream.id_token(NONCE)
    assert send(token).status_code == 200
    assert said(send(token)) == (401, "provider_refused")
    again = upstream.id_token(NONCE, iat=int(time.time()) - 1)
    assert said(send(again)) == (401, "provider_refused")
    event = Event.objects.filter(action=Action.PROVIDER_REFUSED).first()
    assert event is not None and event.outcome == "nonce: used before"
    assert send(upstream.id_token("another"), nonce="another").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_twelve_at_once_one_is_in(
    google: Connection,
    upstream: Upstream,
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from config.slots import Slots
    from social.upstream import calls

    monkeypatch.setattr(calls, "_waiting", Slots(100))
    token = upstream.id_token(NONCE)
    answers = together(12, lambda number: send(token))
    found = sorted(answer.status_code for answer in answers)
    assert found == [200] + [401] * 11
    assert User.objects.count() == Identity.objects.count() == 1


@pytest.mark.parametrize("value", [None, 7, True, [], {}, "", "a\x00b", "x" * 20000])
@pytest.mark.parametrize("field", ["id_token", "nonce"])
def test_what_is_malformed_is_a_clear_refusal(
    google: Connection,
    field: str,
    value: Any,
) -> None:
    body = {"token": "a.b.c", "nonce": NONCE}
    body["token" if field == "id_token" else field] = value
    assert send(**body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"id_token": "\\ud800", "nonce": "n"}',
        '{"id_token": "a.b.c", "nonce": "\\udfff"}',
        '{"id_token": "a.b.c", "nonce": "n", "client_id": "\\ud800"}',
        '{"id_token": "a.b.c", "nonce": "n", "more": 1}',
        '{"id_token": "a.b.c"}',
        "[]",
        '"a"',
    ],
)
def test_raw_json_that_is_malformed_is_a_clear_refusal(
    google: Connection,
    body: str,
) -> None:
    path = "/api/v1/social/google/token"
    answer = Api().client.post(path, body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["🦊", "a.b.c", "....", "e30.e30.e30", "x" * 16384])
def test_garbage_is_no_token(
    google: Connection,
    token: str,
) -> None:
    assert said(send(token)) == (401, "provider_refused")


def test_a_provider_that_is_down_is_no_fault_of_ours(
    google: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers["/.well-known/openid-configuration"] = b"<html>"
    assert said(send(upstream.id_token(NONCE))) == (401, "provider_refused")


def test_too_many_who_wait_are_told_to_come_back(
    google: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from social.upstream import calls

    monkeypatch.setattr(calls._waiting, "take", lambda owner: False)
    answer = send(upstream.id_token(NONCE))
    assert said(answer) == (503, "provider_unavailable")
    assert answer["Retry-After"]


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_the_provider_is_asked_for_the_first_time_waits(
    google: Connection,
    upstream: Upstream,
    together: Together,
) -> None:
    def slowly(asking: Asking) -> None:
        time.sleep(0.3)
        asked = Asked("GET", "/.well-known/openid-configuration", {}, {}, {})
        asking.say(200, json.dumps(upstream.document(asked)).encode())

    upstream.answers["/.well-known/openid-configuration"] = slowly
    nonces = ["first", "second"]
    tokens = [upstream.id_token(nonce, sub=nonce) for nonce in nonces]
    for nonce in nonces:
        IdentityFactory(connection=google, subject=nonce)
    found = together(2, lambda number: send(tokens[number], nonce=nonces[number]))
    assert [answer.status_code for answer in found] == [200, 200]
