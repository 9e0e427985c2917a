"""Our JWTs: the key decides the algorithm, the class the type, the ring the key."""

import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError

from config.errors import Unavailable
from tests.factories import SessionFactory
from tokens import keyring, minting
from tokens.errors import TokenExpired, TokenInvalid
from tokens.jose import claims as rules
from tokens.jose.claims import SKEW_SECONDS
from tokens.jwts import AccessToken, RefreshToken, SignedToken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

RFC_9068 = {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}  # section 2.2
OURS = {"iss", "exp", "sub", "client_id", "iat", "jti", "sid", "gen", "door"}
Kind = type[SignedToken]


def genuine(kind: Kind) -> dict[str, Any]:
    """Return the claims of a genuine token of this kind."""
    pair = minting.issue(SessionFactory().sid)
    text = pair.access_token if kind is AccessToken else pair.refresh_token
    claims: dict[str, Any] = jwt.decode(text, options={"verify_signature": False})
    return claims


def signed(
    kind: Kind,
    claims: dict[str, Any],
    algorithm: str = "ES256",
) -> str:
    """Return a token of this kind with exactly these claims."""
    token = kind.carrying(claims)
    return token.signed(algorithm=algorithm, ring=keyring.current())


def read(
    kind: Kind,
    text: Any,
) -> dict[str, Any]:
    """Return the claims that a reader of this kind accepts."""
    return kind.read(text, ring=keyring.current())[0]


@pytest.mark.parametrize("algorithm", keyring.ALGORITHMS)
@pytest.mark.parametrize(
    ("kind", "typ"), [(AccessToken, "at+jwt"), (RefreshToken, "rt+jwt")]
)
def test_a_header_says_type_key_and_algorithm_and_nothing_else(
    kind: Kind,
    typ: str,
    algorithm: str,
) -> None:
    text = signed(kind, genuine(kind), algorithm)
    kid = keyring.current().signer(algorithm).kid
    expected = {"typ": typ, "kid": kid, "alg": algorithm}
    assert jwt.get_unverified_header(text) == expected
    assert kind.read(text, ring=keyring.current())[1] == kid


@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_a_token_carries_exactly_what_it_was_given(kind: Kind) -> None:
    claims = genuine(kind) | {"more": [1, {"ä": None}]}
    assert read(kind, signed(kind, claims)) == claims


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        *((AccessToken, name) for name in sorted(RFC_9068)),
        *((RefreshToken, name) for name in sorted(OURS)),
    ],
)
def test_every_required_claim_is_required(
    kind: Kind,
    missing: str,
) -> None:
    claims = genuine(kind)
    del claims[missing]
    with pytest.raises(TokenInvalid):
        read(kind, signed(kind, claims))


def test_neither_kind_passes_for_the_other() -> None:
    """Not even with the other's claims: the header decides (RFC 8725 section 3.11)."""
    claims = genuine(AccessToken) | genuine(RefreshToken)
    access, refresh = signed(AccessToken, claims), signed(RefreshToken, claims)
    assert read(AccessToken, access) == read(RefreshToken, refresh) == claims
    with pytest.raises(TokenInvalid):
        read(RefreshToken, access)
    with pytest.raises(TokenInvalid):
        read(AccessToken, refresh)


def test_the_ring_decides_which_algorithm_can_sign() -> None:
    for algorithm in ("HS256", "none", "ES384"):
        with pytest.raises(Unavailable):
            signed(AccessToken, genuine(AccessToken), algorithm)


@pytest.mark.parametrize(("late", "good"), [(-0.5, True), (0, False), (60, False)])
def test_a_second_of_skew_is_forgiven_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
    late: float,
    good: bool,
) -> None:
    claims = genuine(AccessToken)
    text = signed(AccessToken, claims)
    moment = claims["exp"] + SKEW_SECONDS + late

    clock = SimpleNamespace(time=lambda: moment)
    monkeypatch.setattr(rules, "time", clock)
    if good:
        assert read(AccessToken, text)
    else:
        with pytest.raises(TokenExpired):
            read(AccessToken, text)


def test_only_a_genuine_token_is_told_that_it_expired() -> None:
    claims = genuine(AccessToken) | {"exp": int(time.time()) - 60}
    text = signed(AccessToken, claims)
    with pytest.raises(TokenExpired):
        read(AccessToken, text)
    with pytest.raises(TokenInvalid):
        read(AccessToken, text[:-20] + "A" * 20)
    with pytest.raises(TokenInvalid):
        read(RefreshToken, text)


def test_a_token_of_another_issuer_is_none_of_ours(settings: Any) -> None:
    text = signed(AccessToken, genuine(AccessToken))
    settings.ISSUER = "https://elsewhere.example.com"
    with pytest.raises(TokenInvalid):
        read(AccessToken, text)


def test_nothing_is_ever_read_unverified() -> None:
    text = signed(AccessToken, genuine(AccessToken))
    with pytest.raises(TokenBackendError):
        AccessToken.backend.decode(text, verify=False)
    with pytest.raises(TokenError):
        AccessToken(text, verify=False)  # type: ignore[arg-type]


def test_what_is_made_for_simplejwt_reads_our_tokens() -> None:
    claims = genuine(AccessToken)
    text = signed(AccessToken, claims)
    assert AccessToken(text).payload == claims  # type: ignore[arg-type]
    for foreign in (text[:-20] + "A" * 20, signed(RefreshToken, claims), "x", ""):
        with pytest.raises(TokenError):
            AccessToken(foreign)  # type: ignore[arg-type]
