"""The cast: a tenant with an admin, a clerk and a stranger."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from accounts.models import User
from tenants import origins
from tenants.models import Membership, Tenant
from tenants.permissions import ALL
from tests.factories import (
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)

Member = Callable[..., Membership]


@pytest.fixture(autouse=True)
def _fresh_origins() -> Iterator[None]:
    origins.forget()
    yield
    origins.forget()


@pytest.fixture
def tenant() -> Tenant:
    """A tenant of the tests' own."""
    made: Tenant = TenantFactory()
    return made


@pytest.fixture
def member(tenant: Tenant) -> Member:
    """Make a member of `tenant` (or another) whose one role has these permissions."""

    def make(
        *permissions: str,
        of: Tenant | None = None,
        **traits: Any,
    ) -> Membership:
        where = of or tenant
        made: Membership = MembershipFactory(tenant=where, **traits)
        if permissions:
            made.roles.add(RoleFactory(tenant=where, permissions=list(permissions)))
        return made

    return make


@pytest.fixture
def admin(member: Member) -> User:
    """A member who holds every permission in `tenant`."""
    return member(*values(ALL)).user


@pytest.fixture
def superuser() -> User:
    """Somebody who may do everything."""
    made: User = UserFactory(is_superuser=True)
    return made


def values(permissions: Iterable[str]) -> list[str]:
    """Return permissions as they are stored."""
    return sorted(str(permission) for permission in permissions)
