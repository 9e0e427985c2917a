"""What is known of each provider."""

import pytest

from social import providers
from social.models import Connection
from social.providers import PRESETS
from tests.factories import ConnectionFactory

OIDC = {"google", "microsoft", "gitlab", "apple", "linkedin", "oidc"}


def test_every_provider_has_a_preset() -> None:
    assert set(PRESETS) == set(Connection.Provider.values)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_where_it_is(name: str) -> None:
    made = ConnectionFactory.build(provider=name, issuer="")
    assert providers.preset_of(made) is PRESETS[name]
    issuer = providers.issuer_of(made)
    assert issuer == "" if name == "oidc" else issuer.startswith("https://")
    assert not issuer.endswith("/")
    assert providers.speaks_oidc(made) is (name in OIDC)


def test_a_connection_may_say_where_it_is() -> None:
    made = ConnectionFactory.build(provider="gitlab", issuer="https://git.example.com/")
    assert providers.issuer_of(made) == "https://git.example.com"


def test_scopes_are_the_providers_and_what_an_operator_added() -> None:
    made = ConnectionFactory.build(provider="github", scopes=["user:email", "read:org"])
    assert providers.scopes_of(made) == ["read:user", "user:email", "read:org"]


def test_nothing_but_a_signed_claim_makes_up_for_a_missing_nonce() -> None:
    without = {name for name, preset in PRESETS.items() if not preset.nonce}
    assert without == {"github", "facebook", "linkedin"}
    assert {n for n, p in PRESETS.items() if not p.pkce} == {"apple", "linkedin"}


def test_apps_may_send_id_tokens_of_google_and_apple() -> None:
    assert {n for n, p in PRESETS.items() if p.native} == {"google", "apple"}


def test_a_word_on_addresses_counts_where_the_provider_proves_them() -> None:
    trusted = {name for name, preset in PRESETS.items() if preset.trusts_email}
    assert trusted == {"github", "google", "gitlab", "apple", "linkedin"}


def test_a_new_proof_is_asked_for_where_the_standard_promises_one() -> None:
    dated = {name: preset for name, preset in PRESETS.items() if preset.dated}
    assert set(dated) == {"oidc"}
    assert dated["oidc"].fresh == {"prompt": "login", "max_age": "0"}
