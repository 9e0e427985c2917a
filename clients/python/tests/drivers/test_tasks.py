"""The verifier for asyncio against a real server on the loopback."""

import asyncio
import socket
import threading
import time
from typing import Any

import pytest

import tokens
from ntt_auth import AsyncVerifier, KeysUnavailable, TokenRevoked
from ntt_auth._http import AsyncChannel
from ntt_auth.drivers.base import REST
from ntt_auth.testing import Issuer as Kit
from ntt_auth.verification.steps import Clock
from played import row
from servers import AUDIENCE, FEED, Answer, Handler, Issuer, Server, drip


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


def test_an_async_one_gives_adrip_up_too(
    issuer: Issuer,
    server: Server,
) -> None:
    server.answers["/jwks"] = drip

    async def run() -> None:
        async with AsyncVerifier(issuer.url, AUDIENCE, http_timeout=0.3) as verifier:
            with pytest.raises(KeysUnavailable):
                await verifier.verify(issuer.token())

    asyncio.run(run())


def test_a_loop_that_ends_without_close_leaves_no_socket_open(issuer: Issuer) -> None:
    verifier = AsyncVerifier(issuer.url, AUDIENCE)

    async def run() -> AsyncChannel:
        await verifier.warm()
        return verifier._place().channel

    assert asyncio.run(run())._client is None


def test_two_loops_share_a_verifier_at_the_same_time(
    issuer: Issuer,
    server: Server,
) -> None:
    verifier, token = AsyncVerifier(issuer.url, AUDIENCE), issuer.token()
    together, seen = threading.Barrier(3, timeout=10), []

    async def run() -> None:
        await verifier.verify(token)
        await asyncio.to_thread(together.wait)  # both have begun
        for _ in range(1000):
            if await refused(verifier, token):
                seen.append(asyncio.get_running_loop())
                break
            await asyncio.sleep(0.01)
        await asyncio.to_thread(together.wait)  # both are alive until both have seen it
        await verifier.close()

    threads = [threading.Thread(target=asyncio.run, args=(run(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    together.wait()
    issuer.rows.append(row("session", "s1"))
    together.wait()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 2
    assert server.count("/jwks") == 1


async def refused(
    verifier: AsyncVerifier,
    token: str,
) -> bool:
    try:
        await verifier.verify(token)
    except TokenRevoked:
        return True
    return False


def test_an_endless_keys_document_does_not_hold_up_the_loop(
    issuer: Issuer,
    server: Server,
) -> None:
    server.answers["/jwks"] = drip
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async def run() -> None:
        ticking = asyncio.create_task(tick())
        async with AsyncVerifier(issuer.url, AUDIENCE, http_timeout=0.5) as verifier:
            with pytest.raises(KeysUnavailable):
                await verifier.verify(issuer.token())
        ticking.cancel()

    asyncio.run(run())
    assert ticks > 5


def test_a_caller_who_gives_up_takes_nobody_along(
    issuer: Issuer,
    server: Server,
) -> None:
    keys, asked = server.answers["/jwks"], threading.Event()

    def slow(handler: Handler) -> Answer | None:
        asked.set()
        time.sleep(0.1)
        return keys(handler)

    server.answers["/jwks"] = slow

    async def run() -> str:
        async with AsyncVerifier(issuer.url, AUDIENCE) as verifier:
            token = issuer.token()
            first = asyncio.create_task(verifier.verify(token))
            second = asyncio.create_task(verifier.verify(token))
            await asyncio.to_thread(asked.wait, 10)
            first.cancel()
            return (await second).sub

    assert asyncio.run(run()) == "ada"
    assert server.count("/jwks") == 1


@pytest.mark.parametrize(
    ("document", "raised"),
    [({"active": True}, None), ({"active": False}, TokenRevoked)],
)
def test_strict_may_ask_the_server(
    issuer: Issuer,
    server: Server,
    document: Any,
    raised: Any,
) -> None:
    server.says(FEED, {}, status=500)
    server.says("/api/v1/tokens/verify", document)

    async def run() -> None:
        options = {"revocation": "strict", "introspect": True}
        async with AsyncVerifier(issuer.url, AUDIENCE, **options) as verifier:
            if raised is None:
                assert (await verifier.verify(issuer.token())).sub == "ada"
            else:
                with pytest.raises(raised):
                    await verifier.verify(issuer.token())

    asyncio.run(run())
    assert server.count("/api/v1/tokens/verify") == 1


def test_a_cold_start_without_a_server_says_so(
    issuer: Issuer,
    server: Server,
) -> None:
    server.says("/jwks", {}, status=503)

    async def run() -> None:
        async with AsyncVerifier(issuer.url, AUDIENCE) as verifier:
            for call in (verifier.warm(), verifier.verify(issuer.token())):
                with pytest.raises(KeysUnavailable):
                    await call

    asyncio.run(run())


def test_keys_are_read_again_in_the_background(
    issuer: Issuer,
    server: Server,
) -> None:
    now = [1000.0]
    clock = Clock(steady=lambda: now[0])

    async def run() -> None:
        options: dict[str, Any] = {"revocation": "off", "clock": clock}
        async with AsyncVerifier(issuer.url, AUDIENCE, **options) as verifier:
            await verifier.warm()
            issuer.add_key("k2")
            now[0] += 86_400
            await verifier._background()
            assert (server.count("/jwks"), verifier.status().keys) == (2, 2)

    asyncio.run(run())


def test_a_follower_rests_while_a_test_kit_plays_the_issuer(
    issuer: Issuer,
    server: Server,
) -> None:
    async def run() -> None:
        async with AsyncVerifier(issuer.url, AUDIENCE) as verifier:
            await verifier.warm()
            with Kit().installed():
                before = len(server.asked)
                assert await verifier._background() == REST
                await verifier.warm()
                assert len(server.asked) == before
            assert (await verifier.verify(issuer.token())).sub == "ada"

    asyncio.run(run())


def test_a_lost_name_server_holds_no_task_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        found.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    async def run() -> float:
        issuer, began = "https://id.example.com", time.monotonic()
        async with AsyncVerifier(issuer, AUDIENCE, http_timeout=0.2) as verifier:
            for _ in range(3):
                with pytest.raises(KeysUnavailable):
                    await verifier.verify(tokens.mint())
        took = time.monotonic() - began
        found.set()  # else the end of the loop waits for the resolver
        return took

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert asyncio.run(run()) < 4
