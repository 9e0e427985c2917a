"""Who may see a view, and what the others are told."""

import time
from typing import Any

from django_site.provider import Provider
from django_site.visits import begin, come_back, sign_in, who_is


def test_a_weak_sign_in_is_sent_to_a_stronger_one_and_does_not_go_round(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    asked = begin(ada, shop, "/strong/")
    assert (asked["acr_values"], asked["max_age"]) == ("aal2", "60")
    assert come_back(ada, shop, provider, asked).status_code == 400
    assert who_is(ada, shop) == "ada"


def test_a_missing_permission_is_403_and_a_script_gets_401(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    scripted = ada.get(f"{shop}/orders/", headers={"Accept": "application/json"})
    assert scripted.status_code == 401
    assert scripted.headers["WWW-Authenticate"] == "Bearer"
    sign_in(ada, shop, provider)
    asks = {"Accept": "application/json"}
    refused = ada.get(f"{shop}/close/", headers=asks)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")
    page = ada.get(f"{shop}/close/")
    assert page.status_code == 403 and "<h1>A permission is missing.</h1>" in page.text


def test_a_strong_page_is_reached_by_a_stronger_sign_in_in_the_same_session(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    ada.get(f"{shop}/keep/")
    asked = begin(ada, shop, "/strong/?item=7")
    code = provider.code(asked, acr="aal2")
    back = come_back(ada, shop, provider, asked, code=code)
    assert back.headers["Location"] == "/strong/?item=7"
    assert ada.get(f"{shop}/strong/?item=7").text == "strong"
    assert ada.get(f"{shop}/").json()["kept"] == "a basket"


def test_a_strong_page_asks_again_when_the_sign_in_is_too_long_ago(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    old = int(time.time()) - 600
    sign_in(ada, shop, provider, acr="aal2", auth_time=old)
    assert ada.get(f"{shop}/orders/").status_code == 200
    asked = begin(ada, shop, "/strong/")
    stale = provider.code(asked, acr="aal2", auth_time=old)
    assert come_back(ada, shop, provider, asked, code=stale).status_code == 400
    asked = begin(ada, shop, "/strong/")
    fresh = provider.code(asked, acr="aal2")
    assert come_back(ada, shop, provider, asked, code=fresh).status_code == 302
    assert ada.get(f"{shop}/strong/").text == "strong"


def test_a_script_is_told_what_the_sign_in_lacks(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    told = ada.get(f"{shop}/strong/", headers={"Accept": "application/json"})
    assert told.status_code == 401
    assert told.headers["WWW-Authenticate"] == (
        'Bearer error="insufficient_user_authentication", '
        'acr_values="aal2", max_age="60"'
    )
    assert told.json()["code"] == "insufficient_user_authentication"
