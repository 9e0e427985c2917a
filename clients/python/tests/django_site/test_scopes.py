"""What the token of a sign-in may do: all that there is, or what `SCOPE` names."""

from pathlib import Path
from typing import Any

import pytest

from django_site.provider import Provider, auth
from django_site.visits import begin, come_back, sign_in, who_is
from servers import AUDIENCE
from shops import open_shop

SCOPE = "openid orders:read"


def test_without_scope_the_token_has_all_that_there_is_at_the_audience(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    assert asked["resource"] == f"{provider.url}/oauth/userinfo"
    assert asked["scope"] == "openid profile email offline_access"
    assert come_back(ada, shop, provider, asked).status_code == 302
    assert len(provider.refreshes) == 1
    assert ada.get(f"{shop}/").json()["scopes"] == ["orders:read", "orders:write"]


def test_it_has_them_after_each_refresh(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.lives = 300
    assert ada.get(f"{shop}/").json()["scopes"] == ["orders:read", "orders:write"]
    assert len(provider.refreshes) == 1


def test_a_scope_that_is_named_is_asked_for_at_once(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    with open_shop(tmp_path, auth(provider) | {"SCOPE": SCOPE}) as shop:
        asked = begin(ada, shop)
        assert (asked["scope"], asked["resource"]) == (SCOPE, AUDIENCE)
        assert come_back(ada, shop, provider, asked).status_code == 302
        assert who_is(ada, shop) == "ada" and not provider.refreshes


@pytest.mark.parametrize("why", ["is_third_party", "gives_no_refresh"])
def test_who_has_to_name_scopes_is_told_so_in_the_log(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
    why: str,
) -> None:
    sign_in(ada, shop, provider)  # it is told anew
    said = (
        "(invalid_target). Name what this site needs at AUDIENCE in SCOPE of NTT_AUTH"
    )
    before = (folder / "shop.log").read_text().count(said)
    setattr(provider, why, True)
    page = come_back(ada, shop, provider, begin(ada, shop))
    assert page.status_code == 503 and "Try again" in page.text
    assert (folder / "shop.log").read_text().count(said) == before + 1
