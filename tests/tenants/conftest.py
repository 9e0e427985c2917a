"""The cast: a tenant with an admin, a clerk and a stranger; threads at one gate."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

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
Together = Callable[[int, Callable[[int], Any]], list[Any]]


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


@pytest.fixture
def together() -> Together:
    """Run `work(0..n-1)` in n threads that start at once; what they raise is returned."""

    def run(
        count: int,
        work: Callable[[int], Any],
    ) -> list[Any]:
        gate = threading.Barrier(count)

        def one(number: int) -> Any:
            gate.wait()
            try:
                return work(number)
            except Exception as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


def values(permissions: Iterable[str]) -> list[str]:
    """Return permissions as they are stored."""
    return sorted(str(permission) for permission in permissions)
