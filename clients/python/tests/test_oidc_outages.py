"""The code flow's client while the issuer's keys cannot be had."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ntt_auth import KeysUnavailable, _http
from ntt_auth.oidc import AsyncOpenIDClient, OpenIDClient, SignInFailed, flows
from ntt_auth.oidc.statements import LOGOUT_EVENT
from servers import Handler, Server, public_jwk, signed
from test_oidc import ISSUER, KEY, Make, Played, begun, genuine, of_unknown_key


@pytest.mark.parametrize("make", [genuine, of_unknown_key])
def test_a_refresh_whose_id_token_cannot_be_checked_keeps_the_pair(make: Make) -> None:
    client, pending = begun()
    played = Played(pending, make, nonce=None)
    played.keys_down = make is genuine
    with _http.override(played):
        tokens = client.refresh("old", subject="ada")
        assert (tokens.access_token, tokens.refresh_token) == ("access", "next")
        assert (tokens.id_token, dict(tokens.claims)) == (None, {})
        with pytest.raises(SignInFailed):
            client.refresh("old", subject="bob")


def notice(
    kid: str = "k1",
    iss: str = ISSUER,
) -> str:
    now = int(time.time())
    claims = {
        "iss": iss, "aud": "shop", "sub": "ada", "iat": now, "exp": now + 60,
        "jti": "j1", "events": {LOGOUT_EVENT: {}},
    }  # fmt: skip
    return signed({"alg": "ES256", "kid": kid, "typ": "logout+jwt"}, claims, KEY)


def test_keys_that_nobody_brought_are_no_fault_of_a_notice() -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    played.unreachable = True
    with _http.override(played):
        for _ in range(2):
            with pytest.raises(KeysUnavailable):
                client.verify_logout_token(notice())
        with pytest.raises(KeysUnavailable):
            asyncio.run(AsyncOpenIDClient(ISSUER, "shop").verify_logout_token(notice()))
        played.unreachable = False
        assert client.verify_logout_token(notice()).sub == "ada"


def test_all_who_come_before_there_are_keys_wait_for_them(server: Server) -> None:
    client = OpenIDClient(server.url, "shop", "s3cret")
    keys = json.dumps({"keys": [public_jwk(KEY, "k1")]}).encode()
    ready = Barrier(4)

    def slow(_: Handler) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.2)
        return 200, {}, keys

    def hear(_: int) -> str | None:
        ready.wait()
        return client.verify_logout_token(notice(iss=server.url)).sub

    server.answers["/.well-known/jwks.json"] = slow
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(hear, range(4))) == ["ada"] * 4


def test_the_last_good_keys_serve_where_newer_ones_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    with _http.override(played):
        client.verify_logout_token(notice())
        monkeypatch.setattr(flows, "KEYS_FRESH_SECONDS", -1)
        monkeypatch.setattr(flows, "KEYS_AGAIN_SECONDS", -1)
        played.unreachable = True
        assert client.verify_logout_token(notice()).sub == "ada"
        monkeypatch.setattr(flows, "KEYS_AGAIN_SECONDS", 30)
        with pytest.raises(KeysUnavailable):
            client.verify_logout_token(notice("k2"))
