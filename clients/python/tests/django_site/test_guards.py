"""Who may see a view, and what the others are told."""

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
    refused = ada.get(f"{shop}/close/")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")
