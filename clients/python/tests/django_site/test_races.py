"""What happens at once: threads of a site, two processes of it, a webhook meanwhile."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import databases
from django_site.provider import Provider, auth
from django_site.visits import begin, come_back, sign_in, who_is
from shops import browser, open_shop

AT_ONCE = 8
PEOPLE = "SELECT COUNT(*) FROM ntt_auth_django_person"
SIGN_INS = "SELECT sid FROM ntt_auth_django_signin"


@pytest.fixture(params=[False, True], ids=["autocommit", "atomic"])
def store(
    request: pytest.FixtureRequest,
    provider: Provider,
    tmp_path: Path,
) -> Iterator[str]:
    """A site with Django users, whose views are transactions or not."""
    more = {"accounts": True, "atomic": request.param}
    with open_shop(tmp_path, auth(provider), **more) as address:
        yield address


@pytest.fixture
def crowd() -> Iterator[list[Any]]:
    with ExitStack() as stack:
        yield [stack.enter_context(browser()) for _ in range(AT_ONCE)]


def at_once(
    do: Callable[[Any], Any],
    parts: list[Any],
) -> list[Any]:
    """Do it with all parts in threads that begin together."""
    ready = Barrier(len(parts))

    def one(part: Any) -> Any:
        ready.wait()
        return do(part)

    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(one, parts))


def test_somebody_new_in_many_browsers_is_one_person_with_one_user(
    store: str,
    provider: Provider,
    tmp_path: Path,
    crowd: list[Any],
) -> None:
    asked = [(who, begin(who, store)) for who in crowd]
    came = at_once(lambda pair: come_back(pair[0], store, provider, pair[1]), asked)
    assert [answer.status_code for answer in came] == [302] * AT_ONCE
    seen = at_once(lambda who: who.get(f"{store}/").json()["kind"], crowd)
    assert seen == ["User"] * AT_ONCE
    assert databases.rows(tmp_path, PEOPLE) == [(1,)]
    assert databases.rows(tmp_path, "SELECT COUNT(*) FROM auth_user") == [(1,)]
    assert len(databases.rows(tmp_path, SIGN_INS)) == AT_ONCE


def test_webhooks_and_tokens_that_name_somebody_new_at_once_make_one_person(
    store: str,
    provider: Provider,
    tmp_path: Path,
    crowd: list[Any],
) -> None:
    def tell(pair: tuple[Any, str]) -> int:
        who, name = pair
        said = {"id": "eve", "name": name, "timestamp": f"2026-01-01T00:00:0{name}Z"}
        return int(who.get(f"{store}/hook/", params=said).status_code)

    told = at_once(tell, [(who, str(at)) for at, who in enumerate(crowd)])
    assert told == [200] * AT_ONCE
    (found,) = databases.rows(tmp_path, "SELECT name FROM ntt_auth_django_person")
    assert found == (str(AT_ONCE - 1),)  # the latest word, whichever came last


def test_sessions_end_one_by_one_while_others_begin(
    store: str,
    provider: Provider,
    tmp_path: Path,
    crowd: list[Any],
) -> None:
    ended, begun = crowd[: AT_ONCE // 2], crowd[AT_ONCE // 2 :]
    for number, who in enumerate(ended):
        sign_in(who, store, provider, sid=f"old-{number}")

    def do(number: int) -> int:
        if number >= len(ended):
            who = begun[number - len(ended)]
            return int(come_back(who, store, provider, begin(who, store)).status_code)
        form = {"logout_token": provider.logout_token(sid=f"old-{number}")}
        url = f"{store}/auth/backchannel-logout/"
        return int(ended[number].post(url, data=form).status_code)

    done = at_once(do, list(range(AT_ONCE)))
    assert done == [200] * len(ended) + [302] * len(begun)
    assert {who_is(who, store) for who in ended} == {None}
    assert {who_is(who, store) for who in begun} == {"ada"}
    left = {sid for (sid,) in databases.rows(tmp_path, SIGN_INS)}
    assert len(left) == len(begun) and not any(sid.startswith("old") for sid in left)


def test_one_logout_token_many_times_at_once_is_heard(
    store: str,
    provider: Provider,
    tmp_path: Path,
    crowd: list[Any],
) -> None:
    for who in crowd:
        sign_in(who, store, provider, sid=uuid.uuid4().hex)
    form = {"logout_token": provider.logout_token()}  # all of Ada's
    url = f"{store}/auth/backchannel-logout/"
    told = at_once(lambda who: who.post(url, data=form).status_code, crowd)
    assert told == [200] * AT_ONCE
    assert databases.rows(tmp_path, SIGN_INS) == []


def test_two_processes_refresh_at_once_and_keep_the_same_pair(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
    crowd: list[Any],
) -> None:
    with ExitStack() as stack:
        both = [
            stack.enter_context(open_shop(tmp_path, auth(provider))) for _ in range(2)
        ]
        provider.lives = 30
        sign_in(ada, both[0], provider)
        provider.lives = 300
        for tab in crowd:
            tab.cookies.update(dict(ada.cookies))
        asked = [(tab, both[number % 2]) for number, tab in enumerate(crowd)]
        at_once(lambda pair: pair[0].get(f"{pair[1]}/orders/").json(), asked)
        kept = {ada.get(f"{site}/orders/").json()["token"] for site in both}
        assert len(kept) == 1 and len(provider.refreshes) <= 2
        generation = "SELECT generation FROM ntt_auth_django_signin"
        assert databases.rows(tmp_path, generation) == [(1,)]


def test_a_sign_out_while_a_refresh_is_on_its_way_holds(
    store: str,
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, store, provider, sid="leaving")
    told = {"logout_token": provider.logout_token(sid="leaving")}
    refreshes = provider.server.answers["/oauth/token"]

    def slow(handler: Any) -> Any:
        url = f"{store}/auth/backchannel-logout/"
        with browser() as issuer:
            assert issuer.post(url, data=told).status_code == 200
        return refreshes(handler)

    provider.server.answers["/oauth/token"] = slow
    assert who_is(ada, store) is None
    assert databases.rows(tmp_path, SIGN_INS) == []
