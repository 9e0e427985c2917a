"""Scopes in words."""

import pytest
from django.utils import translation

from tenants.models import Api
from tokens.oidc.scopes import STANDARD, described

API = Api(
    name="Orders",
    scopes=[
        {"name": "orders:read", "description": "See what you ordered"},
        {"name": "orders:write", "description": ""},
        {"name": "email", "description": "Nothing to see here"},
        {"name": "bare"},
    ],
)


@pytest.mark.spec("OIDC Core 5.4")
def test_each_standard_scope_has_a_sentence_of_its_own() -> None:
    told = described(["openid", "profile", "email", "roles", "offline_access"], None)
    assert len({scope.sentence for scope in told}) == len(STANDARD) == 5
    assert all(scope.sentence != scope.name for scope in told)
    assert told[-1].detail, "what offline access means is said"


@pytest.mark.parametrize("language", ["de", "ja", "ar"])
def test_they_are_translated(language: str) -> None:
    english = [scope.sentence for scope in described(STANDARD, None)]
    with translation.override(language):
        told = [scope.sentence for scope in described(STANDARD, None)]
    assert not set(english) & set(told)


def test_those_of_an_api_are_in_its_words_but_for_the_standard_ones() -> None:
    told = described(["orders:read", "orders:write", "bare", "gone", "email"], API)
    assert [scope.sentence for scope in told[:-1]] == [
        "See what you ordered",
        "orders:write",
        "bare",
        "gone",
    ]
    assert told[0].detail == "Orders"
    assert told[-1].sentence == str(STANDARD["email"]) and not told[-1].detail


def test_the_scopes_of_our_own_api_are_described_too() -> None:
    told = described(["account", "manage", "x"], None)
    assert [scope.sentence for scope in told][2] == "x"
    assert told[0].sentence != "account" and told[1].sentence != "manage"
