"""What only the client that never blocks has: tasks, cancellation, the snippet."""

import asyncio
import threading

import pytest

from clients import SECRET, TOKENS, gives_tokens, ok, page, scripted
from ntt_auth import AsyncClient
from servers import Server

USERS = "/api/v1/users"


@pytest.fixture(autouse=True)
def _environment(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NTT_AUTH_ISSUER", server.url)
    monkeypatch.setenv("NTT_AUTH_CLIENT_ID", "billing")
    monkeypatch.setenv("NTT_AUTH_CLIENT_SECRET", SECRET)


def test_the_snippet_makes_a_user(server: Server) -> None:
    gives_tokens(server)
    asked = scripted(server, USERS, ok({"id": "u1"}, 201))

    async def snippet() -> str:
        async with AsyncClient.from_env() as client:
            user = await client.users.create(email="a@b.c", send_invite=True)
        return user["id"]

    assert asyncio.run(snippet()) == "u1"
    assert asked.received[0].json == {"email": "a@b.c", "send_invite": True}


def test_many_tasks_ask_for_one_token(server: Server) -> None:
    gives_tokens(server)
    scripted(server, USERS, page({"id": 1}))

    async def all_of_them() -> int:
        async with AsyncClient.from_env() as client:
            pages = [client.users.list().page() for _ in range(100)]
            return len(await asyncio.gather(*pages))

    assert asyncio.run(all_of_them()) == 100
    assert server.count(TOKENS) == 1


def test_a_task_that_is_cancelled_leaves_the_others_their_token(server: Server) -> None:
    first, release = threading.Event(), threading.Event()

    def slow(_: object) -> tuple[int, dict[str, str], bytes]:
        if not first.is_set():
            first.set()
            release.wait(5)
        return 200, {}, b'{"access_token": "t", "expires_in": 300}'

    server.answers[TOKENS] = slow
    scripted(server, USERS, page({"id": 1}))

    async def two() -> int:
        async with AsyncClient.from_env() as client:
            leader = asyncio.create_task(client.users.list().page())
            await asyncio.to_thread(first.wait, 5)
            other = asyncio.create_task(client.users.list().page())
            await asyncio.sleep(0)
            leader.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leader
            found = await other
            release.set()
            return len(found.data)

    assert asyncio.run(two()) == 1


def test_a_persons_token_may_come_from_a_coroutine(server: Server) -> None:
    asked = scripted(server, "/api/v1/users/me", ok({"id": "u1"}))

    async def token() -> str:
        await asyncio.sleep(0)
        return "AT"

    async def me() -> str:
        async with AsyncClient(server.url, token=token) as client:
            return (await client.me.get())["id"]

    assert asyncio.run(me()) == "u1"
    assert asked.received[0].headers["authorization"] == "Bearer AT"


def test_nothing_blocks_the_loop_while_an_answer_is_awaited(server: Server) -> None:
    gives_tokens(server)
    release = threading.Event()

    def slow(_: object) -> tuple[int, dict[str, str], bytes]:
        release.wait(5)
        return 200, {}, b'{"data": [], "next_cursor": null, "has_more": false}'

    server.answers[USERS] = slow

    async def beside() -> bool:
        async with AsyncClient.from_env() as client:
            asking = asyncio.create_task(client.users.list().page())
            await asyncio.sleep(0.05)  # the loop goes on, else this never ends
            release.set()
            return (await asking).has_more

    assert asyncio.run(beside()) is False
