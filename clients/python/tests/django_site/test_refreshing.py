"""How a sign-in is kept fresh, through outages too."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import databases
from django_site.provider import Provider, auth
from django_site.visits import sign_in, who_is
from played import row
from servers import Handler, until
from shops import browser, open_shop


def test_parallel_requests_refresh_once_and_the_pair_never_goes_back(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.lives = 300
    cookies = dict(ada.cookies)

    def ask(_: int) -> str:
        with browser() as tab:
            tab.cookies.update(cookies)
            return str(tab.get(f"{shop}/orders/").json()["token"])

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(ask, range(8)))
    assert len(provider.refreshes) == 1 and len(seen) == 1
    assert ask(0) in seen


def test_a_refused_refresh_signs_out_and_an_outage_does_not(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    working = provider.server.answers["/oauth/token"]
    provider.server.says("/oauth/token", {}, status=503)
    assert who_is(ada, shop) == "ada"
    provider.server.answers["/oauth/token"] = working
    provider.refuses = True
    until(lambda: who_is(ada, shop) is None)
    assert provider.refreshes


@pytest.mark.parametrize("status", [429, 503])
def test_an_outage_ends_no_session_whose_token_was_revoked(
    shop: str,
    provider: Provider,
    ada: Any,
    status: int,
) -> None:
    sign_in(ada, shop, provider, sid="demoted")
    provider.server.says("/oauth/token", {}, status=status)
    provider.rows.append(row("session", "demoted"))
    try:
        until(lambda: ada.get(f"{shop}/").status_code == 503)
    finally:
        provider.rows.clear()
        provider.feed_id = uuid.uuid4().hex
    until(lambda: ada.get(f"{shop}/").status_code == 200)
    assert who_is(ada, shop) == "ada"


def test_a_refresh_that_cannot_be_believed_is_an_outage(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.renewed = {"sub": "bob"}
    assert ada.get(f"{shop}/").status_code == 503
    provider.renewed = {}
    assert who_is(ada, shop) == "ada"


def test_a_view_that_fails_in_its_transaction_undoes_no_refresh(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    with open_shop(tmp_path, auth(provider), atomic=True) as shop:
        provider.lives = 30
        sign_in(ada, shop, provider)
        provider.lives = 300
        assert ada.get(f"{shop}/broken/").status_code == 500
        assert who_is(ada, shop) == "ada"
        assert len(provider.refreshes) == 1


def test_an_outage_closes_no_page_that_asks_for_nobody(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.renewed = {"sub": "bob"}
    assert ada.get(f"{shop}/").status_code == 503
    assert ada.get(f"{shop}/public/").text == "open to all"


def test_a_refresh_says_when_it_was(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider, sid="dated")
    old = "UPDATE ntt_auth_django_signin SET refreshed_at = '2020-01-01' WHERE sid = ?"
    when = "SELECT refreshed_at FROM ntt_auth_django_signin WHERE sid = ?"
    databases.change(folder, old, "dated")
    assert who_is(ada, shop) == "ada"
    ((found,),) = databases.rows(folder, when, "dated")
    assert str(found) > "2026"


def test_requests_do_not_queue_for_an_issuer_that_hangs(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    asked = []

    def hang(_: Handler) -> tuple[int, dict[str, str], bytes]:
        asked.append(time.monotonic())
        time.sleep(2)
        return 503, {}, b""

    with open_shop(tmp_path, {**auth(provider), "HTTP_TIMEOUT": 1}) as shop:
        provider.lives = 50
        sign_in(ada, shop, provider)
        provider.server.answers["/oauth/token"] = hang
        cookies, began = dict(ada.cookies), time.monotonic()

        def ask(_: int) -> str | None:
            with browser() as tab:
                tab.cookies.update(cookies)
                return str(who_is(tab, shop))

        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(ask, range(6))) == {"ada"}
        assert time.monotonic() - began < 4
    assert len(asked) == 1
