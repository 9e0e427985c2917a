import asyncio
import os
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from ntt_auth import (
    AsyncVerifier,
    ConfigurationError,
    KeysUnavailable,
    RevocationsUnavailable,
    TokenInvalid,
    TokenRevoked,
    Verifier,
)
from ntt_auth.jose.encoding import encode
from servers import AUDIENCE, Handler, Issuer, Server

FEED = "/api/v1/tokens/revocations"


def row(
    kind: str,
    identity: str,
    limit: int | None = None,
) -> dict[str, Any]:
    digest = sha256(f"{kind}:{identity}".encode()).digest()[:16]
    return {
        "kind": kind,
        "subject": encode(digest),
        "issued_before": limit,
        "expires_at": "2100-01-01T00:00:00Z",
    }


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; a test that fails here waits for ten seconds."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to hold")


def refused(
    verifier: Verifier,
    token: str,
) -> bool:
    try:
        verifier.verify(token)
    except TokenRevoked:
        return True
    return False


def test_a_genuine_token_speaks_for_a_principal(issuer: Issuer) -> None:
    with Verifier(issuer.url, AUDIENCE) as verifier:
        found = verifier.verify(issuer.token())
    assert (found.sub, found.tenant, found.roles) == ("ada", "t1", {"editor"})
    assert found.has_scope("orders:write")


def test_a_revoked_session_is_refused_soon(issuer: Issuer) -> None:
    with Verifier(issuer.url, AUDIENCE) as verifier:
        token = issuer.token()
        verifier.verify(token)
        issuer.rows.append(row("session", "s1"))
        until(lambda: refused(verifier, token))
        assert not refused(verifier, issuer.token(sid="s2", jti="j2"))


def test_a_revoked_key_is_out_at_once(issuer: Issuer) -> None:
    issuer.rows.append(row("key", "k1"))
    with Verifier(issuer.url, AUDIENCE) as verifier:
        assert refused(verifier, issuer.token())


def test_a_thousand_cold_verifications_fetch_the_keys_once(
    issuer: Issuer,
    server: Server,
) -> None:
    token, found = issuer.token(), []
    with Verifier(issuer.url, AUDIENCE) as verifier:
        threads = [
            threading.Thread(target=lambda: found.append(verifier.verify(token)))
            for _ in range(1000)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 1000
    assert server.count("/jwks") == 1


def test_a_thousand_cold_tasks_fetch_the_keys_once(
    issuer: Issuer,
    server: Server,
) -> None:
    async def run() -> int:
        async with AsyncVerifier(issuer.url, AUDIENCE) as verifier:
            token = issuer.token()
            found = await asyncio.gather(*(verifier.verify(token) for _ in range(1000)))
        return len(found)

    assert asyncio.run(run()) == 1000
    assert server.count("/jwks") == 1


def test_an_async_verifier_follows_and_serves_a_second_loop(issuer: Issuer) -> None:
    verifier = AsyncVerifier(issuer.url, AUDIENCE)
    token = issuer.token()

    async def first() -> None:
        await verifier.warm()
        await verifier.verify(token)
        await verifier._place().channel.aclose()  # else its sockets are left open

    async def second() -> None:
        issuer.rows.append(row("user", "ada", int(time.time()) + 5))
        for _ in range(1000):
            try:
                await verifier.verify(token)
            except TokenRevoked:
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError("never refused")
        await verifier.close()

    asyncio.run(first())
    asyncio.run(second())


def test_unknown_kids_fetch_nothing_again(
    issuer: Issuer,
    server: Server,
) -> None:
    issuer.keys["other"] = issuer.keys["k1"]
    with Verifier(issuer.url, AUDIENCE) as verifier:
        verifier.verify(issuer.token())
        for number in range(500):
            issuer.keys[f"x{number}"] = issuer.keys["k1"]
            with pytest.raises(TokenInvalid):
                verifier.verify(issuer.token(kid=f"x{number}"))
    assert server.count("/jwks") == 1


def test_without_keys_it_says_so_and_does_not_hammer(
    issuer: Issuer,
    server: Server,
) -> None:
    server.says("/jwks", {}, status=503)
    with Verifier(issuer.url, AUDIENCE) as verifier:
        for _ in range(50):
            with pytest.raises(KeysUnavailable):
                verifier.verify(issuer.token())
        assert server.count("/jwks") <= 2
        with pytest.raises(KeysUnavailable):
            verifier.warm()


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "/elsewhere"}, b""),
        (200, {}, b"garbage"),
        (200, {}, b'{"keys": []}'),
        (200, {"Content-Encoding": "gzip"}, b"x"),
        (200, {}, b" " * 2_000_000),
    ],
    ids=["redirect", "garbage", "empty", "compressed", "long"],
)
def test_a_hostile_key_server_gives_no_keys(
    issuer: Issuer,
    server: Server,
    answer: Any,
) -> None:
    server.answers["/jwks"] = lambda _: answer
    server.says("/elsewhere", issuer.jwks())
    with Verifier(issuer.url, AUDIENCE) as verifier, pytest.raises(KeysUnavailable):
        verifier.verify(issuer.token())
    assert server.count("/elsewhere") == 0


def _drip(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    try:
        for _ in range(100):
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


def test_a_key_server_that_drips_is_given_up(
    issuer: Issuer,
    server: Server,
) -> None:
    server.answers["/jwks"] = _drip
    began = time.monotonic()
    with Verifier(issuer.url, AUDIENCE, http_timeout=0.3) as verifier:
        with pytest.raises(KeysUnavailable):
            verifier.verify(issuer.token())
    assert time.monotonic() - began < 4


def test_an_async_one_gives_a_drip_up_too(
    issuer: Issuer,
    server: Server,
) -> None:
    server.answers["/jwks"] = _drip

    async def run() -> None:
        async with AsyncVerifier(issuer.url, AUDIENCE, http_timeout=0.3) as verifier:
            with pytest.raises(KeysUnavailable):
                await verifier.verify(issuer.token())

    asyncio.run(run())


def test_eventual_goes_on_without_a_feed_and_strict_does_not(
    issuer: Issuer,
    server: Server,
) -> None:
    server.says(FEED, {}, status=500)
    with Verifier(issuer.url, AUDIENCE) as verifier:
        assert verifier.verify(issuer.token()).sub == "ada"
        assert verifier.status().last_error == "revocations: expected 200, got 500"
    with Verifier(issuer.url, AUDIENCE, revocation="strict") as verifier:
        with pytest.raises(RevocationsUnavailable):
            verifier.verify(issuer.token())
        with pytest.raises(RevocationsUnavailable):
            verifier.warm()


@pytest.mark.parametrize(
    ("document", "raised"),
    [
        ({"active": True}, None),
        ({"active": False}, TokenRevoked),
        ({"active": "yes"}, RevocationsUnavailable),
    ],
)
def test_strict_may_ask_the_server(
    issuer: Issuer,
    server: Server,
    document: Any,
    raised: Any,
) -> None:
    server.says(FEED, {}, status=500)
    server.says("/api/v1/tokens/verify", document)
    options = {"revocation": "strict", "introspect": True}
    with Verifier(issuer.url, AUDIENCE, **options) as verifier:
        if raised is None:
            assert verifier.verify(issuer.token()).sub == "ada"
        else:
            with pytest.raises(raised):
                verifier.verify(issuer.token())
    assert server.count("/api/v1/tokens/verify") == 1


def test_off_never_looks_at_the_feed(
    issuer: Issuer,
    server: Server,
) -> None:
    issuer.rows.append(row("session", "s1"))
    with Verifier(issuer.url, AUDIENCE, revocation="off") as verifier:
        assert verifier.verify(issuer.token()).sub == "ada"
    assert server.count(FEED) == 0


def test_static_keys_need_no_server() -> None:
    from servers import serving

    with serving() as server:
        issuer = Issuer(server)
        jwks, token = issuer.jwks(), issuer.token()
    with Verifier(issuer.url, AUDIENCE, revocation="off", jwks=jwks) as verifier:
        assert verifier.verify(token).sub == "ada"


def test_too_many_revocations_refuse_everything(issuer: Issuer) -> None:
    issuer.rows += [row("session", f"x{number}") for number in range(1500)]
    with Verifier(issuer.url, AUDIENCE, max_revocations=100) as verifier:
        with pytest.raises(RevocationsUnavailable):
            verifier.verify(issuer.token())


def test_a_restarted_feed_is_read_anew(issuer: Issuer) -> None:
    issuer.rows.append(row("session", "gone"))
    with Verifier(issuer.url, AUDIENCE) as verifier:
        token = issuer.token()
        verifier.verify(token)
        issuer.rows[:] = [row("session", "s1")]
        issuer.feed_id = "restored"
        until(lambda: refused(verifier, token))
        assert verifier.status().revocations == 1


def test_a_child_of_a_fork_follows_by_itself(issuer: Issuer) -> None:
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token()
    verifier.verify(token)
    verifier.close()
    child = os.fork()
    if not child:
        try:
            verifier.verify(token)
            issuer_sees = verifier._thread is not None and verifier._thread.is_alive()
            os._exit(0 if issuer_sees else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"issuer": None},
        {"issuer": "ftp://id.example.com"},
        {"issuer": "https://id.example.com?x"},
        {"audience": None},
        {"revocation": "sometimes"},
        {"algorithms": ["HS256"]},
        {"algorithms": []},
        {"introspect": True},
        {"max_feed_age": 0},
        {"jwks": {"keys": []}},
        {"jwks": {}},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Verifier(**{"issuer": "https://id.example.com", "audience": "a"} | options)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="NTT_AUTH_ISSUER"):
        Verifier(audience="a")
    monkeypatch.setenv("NTT_AUTH_ISSUER", "https://id.example.com")
    monkeypatch.setenv("NTT_AUTH_AUDIENCE", "https://api.example.com")
    monkeypatch.setenv("NTT_AUTH_REVOCATION", "strict")
    verifier = Verifier()
    assert verifier.issuer == "https://id.example.com"
    assert verifier.status().revocation == "strict"
