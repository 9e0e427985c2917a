"""The issuer of the test kit, at the verifiers that an application has."""

import asyncio
import gc
import json
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from ntt_auth import (
    AsyncVerifier,
    ConfigurationError,
    KeysUnavailable,
    RevocationsUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
    Verifier,
)
from ntt_auth._http import Request, Unreachable
from ntt_auth.drivers import base
from ntt_auth.testing import Issuer, Tokens
from ntt_auth.testing.keys import generate
from ntt_auth.verification.steps import Clock

URL = "https://id.example.com"
AUDIENCE = "https://api.example.com/orders"
KINDS = ("session", "token", "user", "membership", "application", "tenant", "key")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No verifier of another test is there, and no configuration."""
    monkeypatch.setattr(base, "VERIFIERS", weakref.WeakSet())
    monkeypatch.setattr("ntt_auth.testing.application._of_django", set)
    for name in ("ISSUER", "AUDIENCE", "REVOCATION"):
        monkeypatch.delenv(f"NTT_AUTH_{name}", raising=False)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer().installed() as found:
        yield found


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return issuer.tokens


def test_a_persons_token_says_what_was_asked_for(tokens: Tokens) -> None:
    own = Verifier(URL, AUDIENCE)
    me = own.verify(
        tokens.mint(
            scopes=["orders:read"],
            roles=["editor"],
            permissions=["orders:refund"],
            sub="ada",
            tenant="shop",
            acr="aal2",
            auth_time=1_700_000_000,
        )
    )
    assert (me.sub, me.tenant, me.acr, me.auth_time) == (
        "ada",
        "shop",
        "aal2",
        1_700_000_000,
    )
    assert (me.scopes, me.roles) == ({"orders:read"}, {"editor"})
    assert me.permissions == {"orders:refund"}
    assert me.amr == ("pwd", "otp", "mfa")
    assert me.sid and not me.is_service


def test_a_service_speaks_for_itself(tokens: Tokens) -> None:
    me = Verifier(URL, AUDIENCE).verify(tokens.service(scopes=["orders:read"]))
    assert me.is_service and me.sid is None and me.auth_time is None
    assert me.scopes == {"orders:read"}


WRONG: dict[str, type[Exception]] = {
    "expired": TokenExpired,
    "wrong_audience": TokenInvalid,
    "wrong_issuer": TokenInvalid,
    "id_token": TokenInvalid,
    "forged": TokenInvalid,
    "revoked": TokenRevoked,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_token_is_wrong_in_one_way(
    tokens: Tokens,
    name: str,
) -> None:
    own = Verifier(URL, AUDIENCE)
    with pytest.raises(WRONG[name]) as caught:
        own.verify(getattr(tokens, name)(sub="ada"))
    assert type(caught.value) is WRONG[name]
    assert own.verify(tokens.mint(sub="bob")).sub == "bob"


@pytest.mark.parametrize("kind", KINDS)
def test_a_revocation_is_seen_with_the_next_token(
    tokens: Tokens,
    kind: str,
) -> None:
    own = Verifier(URL, AUDIENCE)
    assert own.verify(tokens.mint())
    with pytest.raises(TokenInvalid):  # by a key: it is withdrawn, or its row is there
        own.verify(tokens.revoked(by=kind))
    assert own.verify(tokens.mint(after_revocation=True))


def test_an_async_verifier_sees_a_revocation_at_once_too(issuer: Issuer) -> None:
    own = AsyncVerifier(URL, AUDIENCE)

    async def journey() -> None:
        token = issuer.tokens.mint(sub="ada")
        assert (await own.verify(token)).sub == "ada"
        issuer.revoke(user="ada")
        with pytest.raises(TokenRevoked):
            await own.verify(token)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(journey())


def test_who_was_revoked_stays_so_but_for_a_new_sign_in(issuer: Issuer) -> None:
    own = Verifier(URL, AUDIENCE)
    for _ in range(3):
        issuer.revoke(tenant="shop")
        with pytest.raises(TokenRevoked):
            own.verify(issuer.tokens.mint(tenant="shop"))
        again = issuer.tokens.mint(tenant="shop", after_revocation=True)
        assert own.verify(again).tenant == "shop"


def test_a_token_is_revoked_by_itself(issuer: Issuer) -> None:
    own = Verifier(URL, AUDIENCE)
    first, second = issuer.tokens.mint(), issuer.tokens.mint()
    issuer.revoke(first)
    with pytest.raises(TokenRevoked):
        own.verify(first)
    assert own.verify(second)


def test_rotated_keys_are_found_at_once(issuer: Issuer) -> None:
    own = Verifier(URL, AUDIENCE)
    before = issuer.tokens.mint()
    assert own.verify(before)
    for _ in range(2):
        issuer.rotate_keys()
        assert own.verify(issuer.tokens.mint())
    assert own.verify(before)


def test_a_leaked_key_is_refused(issuer: Issuer) -> None:
    own = Verifier(URL, AUDIENCE)
    before = issuer.tokens.mint()
    assert own.verify(before)
    issuer.rotate_keys(revoke=True)
    with pytest.raises(TokenInvalid):
        own.verify(before)
    assert own.verify(issuer.tokens.mint())


def test_an_outage_of_the_key_server_ends_with_its_block(issuer: Issuer) -> None:
    own = Verifier(URL, AUDIENCE)
    assert own.verify(issuer.tokens.mint())
    with issuer.key_server_down(), pytest.raises(KeysUnavailable):
        own.verify(issuer.tokens.mint())
    assert own.verify(issuer.tokens.mint())


def test_a_strict_verifier_refuses_in_an_outage(issuer: Issuer) -> None:
    now = [1000.0]
    clock = Clock(steady=lambda: now[0])
    own = Verifier(URL, AUDIENCE, revocation="strict", clock=clock)
    assert own.verify(issuer.tokens.mint())
    issuer.server_down()
    now[0] += 11
    with pytest.raises(RevocationsUnavailable):
        own.verify(issuer.tokens.mint())


def test_given_keys_are_replaced_for_the_test_and_come_back() -> None:
    key = generate("ES256")
    own = Verifier(URL, AUDIENCE, jwks={"keys": [key.jwk]}, revocation="off")
    with Issuer().installed() as issuer:
        token = issuer.tokens.mint()
        assert own.verify(token)
        claims = token.claims
    with pytest.raises(TokenInvalid):
        own.verify(token)
    assert own.verify(key.token(claims, typ="at+jwt"))


@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
def test_it_signs_as_the_application_wants_it(
    issuer: Issuer,
    algorithm: str,
) -> None:
    own = Verifier(URL, AUDIENCE, algorithms=[algorithm])
    assert own.verify(issuer.tokens.mint())


def test_the_time_is_that_of_the_verifiers(issuer: Issuer) -> None:
    own = Verifier(URL, AUDIENCE, clock=Clock(now=lambda: 1_000_000.0))
    assert own.verify(issuer.tokens.mint()).issued_at == 1_000_000


def test_the_environment_tells_where_there_is_no_verifier_yet(
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NTT_AUTH_ISSUER", URL)
    monkeypatch.setenv("NTT_AUTH_AUDIENCE", AUDIENCE)
    token = issuer.tokens.mint()
    assert Verifier().verify(token)


def test_without_any_the_error_says_what_to_do(issuer: Issuer) -> None:
    gc.collect()  # clients of earlier tests, which have an issuer
    with pytest.raises(ConfigurationError) as caught:
        issuer.tokens.mint()
    assert "NTT_AUTH_ISSUER" in caught.value.action


def test_with_two_audiences_one_is_named(issuer: Issuer) -> None:
    first, second = Verifier(URL, "a:first"), Verifier(URL, "a:second")
    with pytest.raises(ConfigurationError, match="a:first, a:second"):
        issuer.tokens.mint()
    assert first.verify(issuer.tokens.mint(audience="a:first"))
    assert second.verify(issuer.tokens.mint(audience="a:second"))


def test_it_plays_every_issuer_of_the_application_and_no_other(issuer: Issuer) -> None:
    other = Verifier("https://other.example/id/", AUDIENCE)
    assert other.verify(issuer.tokens.mint())
    with pytest.raises(Unreachable):
        issuer.answer(Request("GET", "https://other.example/identity/x"))


def test_a_full_page_says_that_there_is_more() -> None:
    issuer = Issuer(URL, audience=AUDIENCE)
    for number in range(1500):
        issuer.revoke(session=str(number))
    feed = f"{URL}/api/v1/tokens/revocations"
    page: dict[str, Any] = json.loads(issuer.answer(Request("GET", feed)).body)
    assert len(page["data"]) == 1000 and page["has_more"] is True
    rest = Request("GET", f"{feed}?after={page['next_cursor']}")
    last = json.loads(issuer.answer(rest).body)
    assert len(last["data"]) == 500 and last["has_more"] is False
    with issuer.installed():
        own = Verifier(URL, AUDIENCE)
        with pytest.raises(TokenRevoked):
            own.verify(issuer.tokens.mint(sid="1499"))


def test_an_unknown_way_to_revoke_is_named(tokens: Tokens) -> None:
    _ = Verifier(URL, AUDIENCE)
    with pytest.raises(ValueError, match="session, token, user"):
        tokens.revoked(by="mood")
