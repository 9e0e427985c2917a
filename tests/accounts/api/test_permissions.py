"""What a token must carry."""

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.api.permissions import AccountScope, ManageScope
from accounts.errors import InsufficientScope

PERSON, NOBODY = SimpleNamespace(pk=1), SimpleNamespace(pk=None)


def allowed(
    permission: type[Any],
    user: Any,
    *scopes: str,
) -> bool:
    """Ask the permission about a token with these scopes."""
    request = SimpleNamespace(user=user, auth=SimpleNamespace(scope=frozenset(scopes)))
    return bool(permission().has_permission(request, None))


@pytest.mark.parametrize(
    ("permission", "scope", "other"),
    [(AccountScope, "account", "manage"), (ManageScope, "manage", "account")],
)
def test_only_its_own_scope_opens_a_door(
    permission: type[Any],
    scope: str,
    other: str,
) -> None:
    assert allowed(permission, PERSON, scope, "orders:read")
    for scopes in ((other,), ()):
        with pytest.raises(InsufficientScope) as refusal:
            allowed(permission, PERSON, *scopes)
        assert refusal.value.extra == {"scope": scope}


def test_an_own_account_needs_a_person() -> None:
    assert not allowed(AccountScope, NOBODY, "account")
    assert allowed(ManageScope, NOBODY, "manage")


def test_without_a_token_no_door_opens() -> None:
    request: Any = SimpleNamespace(user=PERSON, auth=None)

    assert not AccountScope().has_permission(request, None)
    assert not ManageScope().has_permission(request, None)
