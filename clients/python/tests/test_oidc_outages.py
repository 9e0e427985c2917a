"""The code flow's client while the issuer's keys cannot be had."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ntt_auth import KeysUnavailable, _http
from ntt_auth.oidc import AsyncOpenIDClient, OpenIDClient, SignInFailed, keyring
from ntt_auth.oidc.statements import LOGOUT_EVENT
from servers import Handler, Server, public_jwk, signed, until
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
        until(lambda: hears(client))
    assert len(played.sent) == 3  # of each client one in vain


def hears(client: OpenIDClient) -> bool:
    try:
        return client.verify_logout_token(notice()).sub == "ada"
    except KeysUnavailable:
        return False


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
    assert server.asked == ["/.well-known/jwks.json"]


def test_all_in_a_loop_share_one_question_also_where_its_asker_goes(
    server: Server,
) -> None:
    client = AsyncOpenIDClient(server.url, "shop", "s3cret")
    keys = json.dumps({"keys": [public_jwk(KEY, "k1")]}).encode()

    def slow(_: Handler) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.3)
        return 200, {}, keys

    async def hear() -> str | None:
        return (await client.verify_logout_token(notice(iss=server.url))).sub

    async def all_of_them() -> list[str | None]:
        first, *others = (asyncio.ensure_future(hear()) for _ in range(5))
        await asyncio.sleep(0.1)
        first.cancel()
        return await asyncio.gather(*others)

    server.answers["/.well-known/jwks.json"] = slow
    assert asyncio.run(all_of_them()) == ["ada"] * 4
    assert len(server.asked) == 2


def test_strangers_who_come_while_no_keys_can_be_had_share_the_failure(
    server: Server,
) -> None:
    client = OpenIDClient(server.url, "shop", "s3cret")

    def failing(_: Handler) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.3)
        return 503, {}, b""

    def hear(_: int) -> bool:
        with pytest.raises(KeysUnavailable):
            client.verify_logout_token(notice(iss=server.url))
        return True

    server.answers["/.well-known/jwks.json"] = failing
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(hear, range(16)))
    assert len(server.asked) == 1


def test_the_last_good_keys_serve_where_newer_ones_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    with _http.override(played):
        client.verify_logout_token(notice())
        monkeypatch.setattr(keyring, "FRESH_SECONDS", -1)
        monkeypatch.setattr(keyring, "PAUSE_SECONDS", -1)
        played.unreachable = True
        assert client.verify_logout_token(notice()).sub == "ada"
        monkeypatch.setattr(keyring, "PAUSE_SECONDS", 30)
        with pytest.raises(KeysUnavailable):
            client.verify_logout_token(notice("k2"))


def test_keys_of_long_ago_that_cannot_be_read_again_are_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, pending = begun()
    played = Played(pending, genuine)
    with _http.override(played):
        client.verify_logout_token(notice())
        played.unreachable = True
        monkeypatch.setattr(keyring, "FRESH_SECONDS", -1)
        monkeypatch.setattr(keyring, "BELIEVED_SECONDS", -1)
        with pytest.raises(KeysUnavailable):
            client.verify_logout_token(notice())
