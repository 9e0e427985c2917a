"""Signing in at a Django site, and what attackers try there."""

from pathlib import Path
from typing import Any

import pytest

import databases
from django_site.provider import Provider
from django_site.visits import begin, come_back, sign_in, who_is
from shops import browser, query


def test_whoever_wants_a_guarded_page_signs_in_and_gets_it(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop, "/orders/?page=2")
    assert asked["code_challenge_method"] == "S256"
    back = come_back(ada, shop, provider, asked)
    assert back.headers["Location"] == "/orders/?page=2"
    assert ada.get(f"{shop}/orders/").json()["email"] == "ada@example.com"
    assert not [name for name in ada.cookies if name.startswith("ntt-auth-")]


def test_the_session_has_a_new_key_and_nothing_of_the_browser_before(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    ada.get(f"{shop}/keep/")
    before = ada.get(f"{shop}/").json()
    sign_in(ada, shop, provider)
    after = ada.get(f"{shop}/").json()
    assert before["kept"] and before["session"] != after["session"]
    assert after["kept"] is None and after["csrf"] != before["csrf"]


def test_no_token_is_readable_in_the_database_or_in_a_cookie(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    ada.get(f"{shop}/orders/")
    dump = databases.dump(folder)
    assert "ada@example.com" in dump
    assert "eyJhbGci" not in dump
    assert not any("eyJhbGci" in value for value in ada.cookies.values())


def test_several_tabs_sign_in_at_once(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    first, second = begin(ada, shop, "/orders/"), begin(ada, shop, "/strong/")
    code = provider.code(second, acr="aal2")
    there = come_back(ada, shop, provider, second, code=code)
    assert there.headers["Location"] == "/strong/"
    assert come_back(ada, shop, provider, first).headers["Location"] == "/orders/"


def test_the_state_of_another_browser_is_refused(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    with browser() as mallory:
        asked = begin(mallory, shop)
    begin(ada, shop)
    assert come_back(ada, shop, provider, asked).status_code == 400
    assert who_is(ada, shop) is None


def test_a_callback_is_good_once(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    assert come_back(ada, shop, provider, asked).status_code == 302
    assert come_back(ada, shop, provider, asked).status_code == 400


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:x",
        "\t//e",
    ],
)
def test_next_leads_to_no_other_site(
    shop: str,
    provider: Provider,
    ada: Any,
    evil: str,
) -> None:
    answer = ada.get(f"{shop}/auth/login/", params={"next": evil})
    asked = query(answer.headers["Location"])
    assert come_back(ada, shop, provider, asked).headers["Location"] == "/"


def test_another_issuer_or_nonce_signs_nobody_in(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    wrong = come_back(ada, shop, provider, asked, iss="https://evil.example")
    assert wrong.status_code == 400
    asked = begin(ada, shop)
    code = provider.code(asked, nonce="another")
    assert come_back(ada, shop, provider, asked, code=code).status_code == 400
    assert who_is(ada, shop) is None


def test_what_the_issuer_refuses_is_told_without_markup(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    said = {"error": "access_denied", "error_description": "<script>no</script>"}
    page = come_back(ada, shop, provider, asked, **said)
    assert page.status_code == 400
    assert "<script>" not in page.text and "&lt;script&gt;" in page.text


def test_a_tampered_session_is_nobodys(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="tampered")
    was = "SELECT tokens FROM ntt_auth_django_signin WHERE sid = ?"
    ((tokens,),) = databases.rows(folder, was, "tampered")
    changed = "UPDATE ntt_auth_django_signin SET tokens = ? WHERE sid = ?"
    assert databases.change(folder, changed, f"A{tokens}", "tampered") == 1
    assert who_is(ada, shop) is None
    ada.cookies.set("shop-session", "x" * 32, domain="127.0.0.1")
    assert who_is(ada, shop) is None
