"""Claims have one type each."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from tokens.jose import claims as rules

NOW = 1_800_000_000
REQUIRED = ("iss", "sub", "exp", "iat")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "time", SimpleNamespace(time=lambda: NOW))


def claims(**more: Any) -> dict[str, Any]:
    """Return good claims, with changes."""
    usual = {"iss": settings.ISSUER, "sub": "ann", "iat": NOW, "exp": NOW + 60}
    return usual | more


def test_good_claims_are_good_with_and_without_what_may_stand_there() -> None:
    rules.check(claims(), REQUIRED)
    lists = {name: ["a"] for name in rules.LISTS}
    rules.check(claims(nbf=NOW, auth_time=0, scope="", tenant="t", **lists), REQUIRED)


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_must_be_there(name: str) -> None:
    made = claims()
    del made[name]
    with pytest.raises(ValueError):
        rules.check(made, REQUIRED)


@pytest.mark.parametrize("wrong", [True, 1.0, "1", -1, None, [1], rules.LATEST + 1])
@pytest.mark.parametrize("name", rules.TIMES)
def test_a_time_is_whole_seconds_in_range(
    name: str,
    wrong: Any,
) -> None:
    with pytest.raises(ValueError):
        rules.check(claims(**{name: wrong}), REQUIRED)


@pytest.mark.parametrize("wrong", [None, 7, True, "", ["ann"], {}])
@pytest.mark.parametrize("name", rules.TEXTS)
def test_a_text_is_a_text(
    name: str,
    wrong: Any,
) -> None:
    with pytest.raises(ValueError):
        rules.check(claims(**{name: wrong}), REQUIRED)


@pytest.mark.parametrize("wrong", [None, "a", {"a": 1}, [1], ["a", None]])
@pytest.mark.parametrize("name", rules.LISTS)
def test_a_list_holds_texts(
    name: str,
    wrong: Any,
) -> None:
    with pytest.raises(ValueError):
        rules.check(claims(**{name: wrong}), REQUIRED)
    with pytest.raises(ValueError):
        rules.check(claims(scope=wrong if wrong != "a" else []), REQUIRED)


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_second_ahead_is_forgiven_and_no_more(name: str) -> None:
    rules.check(claims(**{name: NOW + 1}), REQUIRED)
    with pytest.raises(ValueError):
        rules.check(claims(**{name: NOW + 2}), REQUIRED)


def test_a_token_is_over_a_second_after_its_end() -> None:
    assert rules.is_over(claims(exp=NOW - 1))
    assert not rules.is_over(claims(exp=NOW))
