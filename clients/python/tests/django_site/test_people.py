"""The mirror of people, and their Django users."""

from pathlib import Path
from typing import Any

import pytest

import databases
from django_site.provider import Provider, auth
from django_site.visits import sign_in, who_is
from shops import open_shop


def test_a_secret_key_is_replaced_and_people_stay_django_users(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    with open_shop(tmp_path, auth(provider), accounts=True, secret_key="old") as shop:
        sign_in(ada, shop, provider)
        assert ada.get(f"{shop}/").json()["kind"] == "User"
    more = {"accounts": True, "secret_key": "new", "fallbacks": ["old"]}
    with open_shop(tmp_path, auth(provider), **more) as shop:
        assert who_is(ada, shop) == "ada"


def test_who_became_inactive_is_signed_out(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="inactive")
    assert who_is(ada, shop) == "ada"
    switch = "UPDATE ntt_auth_django_person SET is_active = ?"
    databases.change(folder, switch, False)
    assert who_is(ada, shop) is None
    sid = "SELECT 1 FROM ntt_auth_django_signin WHERE sid = 'inactive'"
    assert databases.rows(folder, sid) == []
    databases.change(folder, switch, True)


@pytest.mark.parametrize(
    ("is_verified", "copied"), [(True, "ada@example.com"), (False, "")]
)
def test_a_django_user_gets_a_verified_address_alone(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
    is_verified: bool,
    copied: str,
) -> None:
    with open_shop(tmp_path, auth(provider), accounts=True) as shop:
        sign_in(ada, shop, provider, email_verified=is_verified)
        assert ada.get(f"{shop}/").json()["kind"] == "User"
    assert databases.rows(tmp_path, "SELECT email FROM auth_user") == [(copied,)]
