"""The code flow's client: what is believed of an answer, and what is not."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ntt_auth import ConfigurationError, ServerUnavailable, _http
from ntt_auth.jose.encoding import encode
from ntt_auth.oidc import (
    Ask,
    AsyncOpenIDClient,
    OpenIDClient,
    Pending,
    RefreshRefused,
    SignInFailed,
)
from ntt_auth.oidc.asking import challenge
from servers import public_jwk, signed
from shops import query

ISSUER = "https://id.example.com"
BACK = "https://shop.example/callback"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
HEADER = {"alg": "ES256", "kid": "k1"}
Make = Callable[[dict[str, Any]], str]


def half(token: str) -> str:
    return encode(hashlib.sha256(token.encode()).digest()[:16])


class Played:
    """Answers as the issuer; `make` writes the ID token over its claims."""

    def __init__(
        self,
        pending: Pending,
        make: Make,
        **changes: Any,
    ) -> None:
        now = int(time.time())
        claims = {
            "iss": ISSUER, "sub": "ada", "aud": "shop", "iat": now, "exp": now + 60,
            "nonce": pending.nonce, "at_hash": half("access"), "acr": "aal1",
            "auth_time": now - 100,
        } | changes  # fmt: skip
        given = {name: value for name, value in claims.items() if value is not None}
        self.id_token = make(given)
        self.status, self.error = 200, ""
        self.keys_down = self.unreachable = False
        self.sent: list[_http.Request] = []

    def __call__(self, request: _http.Request) -> _http.Response:
        self.sent.append(request)
        if request.url.endswith("jwks.json"):
            if self.unreachable:
                raise _http.Unreachable("ConnectTimeout")
            if self.keys_down:
                return _http.Response(503, {}, b"")
            body: dict[str, Any] = {"keys": [public_jwk(KEY, "k1")]}
            return _http.Response(200, {}, json.dumps(body).encode())
        body = {"access_token": "access", "token_type": "Bearer", "expires_in": 300}
        body |= {"id_token": self.id_token, "refresh_token": "next"}
        if self.error:
            body = {"error": self.error}
        return _http.Response(self.status, {}, json.dumps(body).encode())


def genuine(claims: dict[str, Any]) -> str:
    return signed(HEADER, claims, KEY)


def unsigned(claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "kid": "k1"}, claims]
    return ".".join(encode(json.dumps(part).encode()) for part in parts) + "."


def by_public_key(claims: dict[str, Any]) -> str:
    parts = [{"alg": "HS256", "kid": "k1"}, claims]
    data = ".".join(encode(json.dumps(part).encode()) for part in parts)
    secret = json.dumps(public_jwk(KEY, "k1")).encode()
    mac = hmac.new(secret, data.encode(), hashlib.sha256).digest()
    return f"{data}.{encode(mac)}"


def as_access_token(claims: dict[str, Any]) -> str:
    return signed({**HEADER, "typ": "at+jwt"}, claims, KEY)


def by_another_key(claims: dict[str, Any]) -> str:
    return signed(HEADER, claims, OTHER)


def of_unknown_key(claims: dict[str, Any]) -> str:
    return signed({**HEADER, "kid": "k2"}, claims, KEY)


def begun(ask: Ask | None = None) -> tuple[OpenIDClient, Pending]:
    client = OpenIDClient(ISSUER, "shop", "s/cret")
    return client, client.authorization_url(BACK, ask)[1]


def finish(
    client: OpenIDClient,
    pending: Pending,
    played: Played,
    **given: str,
) -> Any:
    answered = {"state": pending.state, "iss": ISSUER, "code": "c", **given}
    with _http.override(played):
        return client.exchange(pending, answered)


def test_a_good_answer_is_believed_by_both_clients() -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    tokens = finish(client, pending, played)
    assert (tokens.claims["sub"], tokens.refresh_token) == ("ada", "next")
    form = dict(parse_qsl(played.sent[0].body.decode()))
    assert form["code_verifier"] == pending.code_verifier
    basic = played.sent[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"shop:s%2Fcret"
    given = {"state": pending.state, "iss": ISSUER, "code": "c"}
    with _http.override(played):
        again = asyncio.run(AsyncOpenIDClient(ISSUER, "shop").exchange(pending, given))
    assert again.claims == tokens.claims
    assert dict(parse_qsl(played.sent[-2].body.decode()))["client_id"] == "shop"


def test_the_way_out_says_what_is_asked_and_tells_no_secret() -> None:
    ask = Ask(acr_values="aal2", max_age=0, prompt="login", connection="c1")
    url, pending = OpenIDClient(ISSUER, "shop").authorization_url(BACK, ask)
    asked = query(url)
    assert (asked["acr_values"], asked["max_age"], asked["prompt"]) == (
        "aal2",
        "0",
        "login",
    )
    assert asked["code_challenge"] == challenge(pending.code_verifier)
    assert pending.code_verifier not in url and pending.nonce not in repr(pending)
    assert Pending.from_json(pending.to_json()) == pending


def test_the_challenge_is_that_of_the_rfc() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "make", [unsigned, by_public_key, as_access_token, by_another_key, of_unknown_key]
)
def test_what_is_not_signed_as_an_id_token_is_refused(make: Make) -> None:
    client, pending = begun()
    with pytest.raises(SignInFailed) as refused:
        finish(client, pending, Played(pending, make))
    assert refused.value.code == "id_token_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": f"{ISSUER}/"},
        {"aud": "another"},
        {"aud": ["shop", "another"]},
        {"azp": "another"},
        {"sub": None},
        {"nonce": None},
        {"nonce": "another"},
        {"exp": 1000},
        {"exp": None},
        {"exp": 9e12},
        {"iat": int(time.time()) + 3600},
        {"at_hash": half("another")},
    ],
)
def test_a_claim_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    client, pending = begun()
    with pytest.raises(SignInFailed):
        finish(client, pending, Played(pending, genuine, **changes))


def test_a_list_of_this_client_alone_is_as_good_as_its_name() -> None:
    client, pending = begun()
    played = Played(pending, genuine, aud=["shop"], azp="shop")
    assert finish(client, pending, played).claims["sub"] == "ada"


@pytest.mark.parametrize("ask", [Ask(acr_values="aal2"), Ask(max_age=10)])
def test_a_sign_in_that_is_weaker_or_older_than_asked_is_refused(ask: Ask) -> None:
    client, pending = begun(ask)
    with pytest.raises(SignInFailed):
        finish(client, pending, Played(pending, genuine))
    client, pending = begun(ask)
    now = int(time.time())
    played = Played(pending, genuine, acr="aal2", auth_time=now)
    assert finish(client, pending, played).access_token == "access"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"state": "another"}, "state_mismatch"),
        ({"state": ""}, "state_mismatch"),
        ({"iss": "https://evil.example"}, "issuer_mismatch"),
        ({"error": "access_denied"}, "access_denied"),
        ({"code": ""}, "sign_in_failed"),
    ],
)
def test_a_callback_that_does_not_fit_sends_nothing(
    given: dict[str, str],
    code: str,
) -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    with pytest.raises(SignInFailed) as refused:
        finish(client, pending, played, **given)
    assert (refused.value.code, played.sent) == (code, [])


@pytest.mark.parametrize(
    ("status", "error", "raised"),
    [
        (400, "invalid_grant", RefreshRefused),
        (401, "invalid_client", ConfigurationError),
        (429, "slow_down", ServerUnavailable),
        (503, "unavailable", ServerUnavailable),
        (302, "moved", ServerUnavailable),
    ],
)
def test_a_refresh_tells_an_end_from_an_outage(
    status: int,
    error: str,
    raised: type[Exception],
) -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    played.status, played.error = status, error
    with _http.override(played), pytest.raises(raised):
        client.refresh("old")


def test_a_refresh_asks_for_another_api() -> None:
    client, pending = begun()
    played = Played(pending, genuine, nonce=None)
    with _http.override(played):
        client.refresh("old", resource="https://api.example.com/orders")
        form = dict(parse_qsl(played.sent[0].body.decode()))
        assert form["resource"] == "https://api.example.com/orders"
        played.status, played.error = 400, "invalid_target"
        with pytest.raises(ConfigurationError) as refused:
            client.refresh("old", resource="https://api.example.com/orders")
    assert "Name the scopes" in str(refused.value)


def test_a_refresh_of_somebody_else_is_refused() -> None:
    client, pending = begun()
    with _http.override(Played(pending, genuine, nonce=None)):
        assert client.refresh("old", subject="ada").refresh_token == "next"
        with pytest.raises(SignInFailed):
            client.refresh("old", subject="bob")
