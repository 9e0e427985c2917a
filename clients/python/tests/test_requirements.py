from typing import Any

import pytest

from ntt_auth import (
    ConfigurationError,
    Forbidden,
    InsufficientAuthentication,
    InsufficientScope,
    MissingPermission,
    MissingRole,
    Principal,
    Requirement,
)

NOW = 1_800_000_000
ADA = Principal(
    "ada",
    "shop",
    "j1",
    NOW,
    NOW + 300,
    scopes=frozenset({"a", "b"}),
    roles=frozenset({"editor"}),
    permissions=frozenset({"orders:refund"}),
    acr="aal1",
    auth_time=NOW - 100,
)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"scopes": ["a", "b"]},
        {"roles": ["editor"]},
        {"permissions": ["orders:refund"]},
        {"acr": "aal1"},
        {"max_age": 100},
        {"max_age": 70},  # 30 seconds of leeway
    ],
    ids=str,
)
def test_who_has_everything_may(wanted: dict[str, Any]) -> None:
    Requirement.of(**wanted).check(ADA, now=NOW)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"scopes": ["a", "c"]}, InsufficientScope),
        ({"roles": ["editor", "owner"]}, MissingRole),
        ({"permissions": ["orders:cancel"]}, MissingPermission),
        ({"acr": "aal2"}, InsufficientAuthentication),
        ({"acr": "custom"}, InsufficientAuthentication),
        ({"max_age": 69}, InsufficientAuthentication),
    ],
    ids=str,
)
def test_who_lacks_one_thing_may_not(
    wanted: dict[str, Any],
    error: type[Exception],
) -> None:
    with pytest.raises(error) as caught:
        Requirement.of(**wanted).check(ADA, now=NOW)
    assert isinstance(caught.value, Forbidden) is (
        error is not InsufficientAuthentication
    )


def test_a_service_never_signed_in_and_meets_no_max_age() -> None:
    service = Principal("shop", "shop", "j1", NOW, NOW + 300)
    with pytest.raises(InsufficientAuthentication):
        Requirement.of(max_age=10**9).check(service, now=NOW)


@pytest.mark.parametrize("name", ["scopes", "roles", "permissions"])
def test_a_lone_string_is_refused_where_a_list_is_meant(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}="):
        Requirement.of(**{name: "orders:read"})  # type: ignore[arg-type]


def test_a_negative_age_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        Requirement.of(max_age=-1)
