"""Where the callback URL is pasted, and which fields a provider knows."""

import pytest

from social.admin import guides
from social.models import Connection

Provider = Connection.Provider


@pytest.mark.parametrize("provider", Provider.values)
def test_every_provider_has_a_place_and_one_look_of_its_secret(provider: str) -> None:
    found = guides.guide(provider)
    assert found.place and found.label == Provider(provider).label
    secrets = {"given_secret", "private_key"} & set(found.uses)
    assert secrets == {"private_key" if provider == "apple" else "given_secret"}


def test_where_it_is_can_be_said_of_those_that_are_at_several_places() -> None:
    movable = {p for p in Provider.values if "issuer" in guides.uses(p)}
    assert movable == {"github", "microsoft", "gitlab", "oidc"}


def test_apps_send_id_tokens_of_google_and_apple() -> None:
    native = {p for p in Provider.values if "native_client_ids" in guides.uses(p)}
    assert native == {"google", "apple"}


def test_all_come_in_the_order_of_the_choice() -> None:
    assert [g.provider for g in guides.guides()] == list(Provider.values)
