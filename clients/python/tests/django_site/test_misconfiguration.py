"""A secret that the issuer takes no more: what people see, and what the log says once."""

from pathlib import Path
from typing import Any

from django_site.provider import Provider
from django_site.visits import begin, come_back, sign_in, who_is
from servers import until

LOGGED = "Correct CLIENT_ID and CLIENT_SECRET in NTT_AUTH"


def logged(folder: Path) -> str:
    return (folder / "shop.log").read_text()


def test_a_replaced_secret_ends_no_session_and_is_logged_once(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.secret = "a newer one"
    before = logged(folder).count(LOGGED)
    for _ in range(3):
        assert who_is(ada, shop) == "ada"  # the access token lives
    assert logged(folder).count(LOGGED) == before + 1
    assert "invalid_client" in logged(folder) and "s3cret" not in logged(folder)
    provider.secret = "s3cret"
    assert who_is(ada, shop) == "ada" and len(provider.refreshes) == 1


def test_after_its_access_token_the_person_gets_a_503_page_until_it_is_mended(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    provider.lives = 1
    sign_in(ada, shop, provider)
    provider.secret, provider.lives = "a newer one", 300
    until(lambda: ada.get(f"{shop}/").status_code == 503)
    page = ada.get(f"{shop}/orders/")
    assert page.status_code == 503 and "<h1>" in page.text
    assert "Traceback" not in logged(folder)
    told = ada.get(f"{shop}/orders/", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (503, "server_unavailable")
    assert ada.get(f"{shop}/public/").text == "open to all"
    provider.secret = "s3cret"
    assert who_is(ada, shop) == "ada"


def test_a_sign_in_with_a_replaced_secret_is_a_page_and_a_line_in_the_log(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    provider.secret = "a newer one"
    before = logged(folder).count(LOGGED)
    page = come_back(ada, shop, provider, asked)
    assert page.status_code == 503 and "Try again" in page.text
    assert logged(folder).count(LOGGED) == before + 1
    provider.secret = "s3cret"
    sign_in(ada, shop, provider)
