"""Which application may manage, who says so, and that none raises itself or another."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from config.errors import Forbidden, InvalidInput
from tenants.models import Application, ServiceAccount, Tenant
from tenants.services import applications, secrets
from tenants.services.applications import Traits, create_application
from tests.factories import ApplicationFactory, MembershipFactory, RoleFactory
from tests.tenants.managers import built_in, manager_of

pytestmark = pytest.mark.django_db


def made(
    tenant: Tenant,
    acting_user: User | None = None,
    *,
    type: str = "service",
    **traits: Any,
) -> Application:
    """Return an application made by somebody, ours unless told otherwise."""
    asked: Traits = {"name": "Desk", "is_first_party": True, **traits}  # type: ignore[typeddict-item]
    return create_application(
        tenant, type=type, acting_user=acting_user, **asked
    ).application


def test_one_manages_nothing_unless_told(
    superuser: User,
    tenant: Tenant,
) -> None:
    assert made(tenant, superuser).manages == ""
    assert made(tenant, superuser, manages="tenant").manages == "tenant"
    assert made(built_in(), superuser, manages="instance").manages == "instance"


@pytest.mark.parametrize(
    "wrong",
    [
        {"manages": "tenant", "type": "web"},
        {"manages": "tenant", "type": "spa"},
        {"manages": "tenant", "is_first_party": False},
        {"manages": "tenant", "grants": []},
        {"manages": "instance"},
        {"manages": "everything"},
    ],
)
def test_what_may_not_manage_is_told_so(
    superuser: User,
    tenant: Tenant,
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made(tenant, superuser, **wrong)
    assert refusal.value.errors[0].pointer == "#/manages"
    assert not Application.objects.filter(tenant=tenant).exists()


@pytest.mark.parametrize(
    "lost", [{"is_first_party": False, "scopes": []}, {"grants": []}]
)
def test_one_that_manages_cannot_stop_being_what_may(
    superuser: User,
    tenant: Tenant,
    lost: Traits,
) -> None:
    application = manager_of(tenant)
    with pytest.raises(InvalidInput):
        applications.change_application(application, acting_user=superuser, **lost)
    cleared: Traits = {**lost, "manages": ""}
    applications.change_application(application, acting_user=superuser, **cleared)
    assert application.manages == ""


def test_a_tenants_admin_gives_and_takes_the_right_not(
    admin: User,
    tenant: Tenant,
) -> None:
    theirs = ApplicationFactory(tenant=tenant, type="service", is_first_party=False)
    ours = manager_of(tenant)
    with pytest.raises(Forbidden):
        made(tenant, admin, manages="tenant")
    for application, traits in (
        (theirs, Traits(manages="tenant", is_first_party=True)),
        (ours, Traits(manages="")),
    ):
        with pytest.raises((Forbidden, InvalidInput)):
            applications.change_application(application, acting_user=admin, **traits)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.manages, theirs.manages) == ("tenant", "")


@pytest.fixture
def machine() -> ServiceAccount:
    """A service that may what a superuser may."""
    return ServiceAccount.of(manager_of(built_in(), "instance"))


def test_a_service_makes_applications_and_none_that_manages(
    machine: ServiceAccount,
    tenant: Tenant,
) -> None:
    made(tenant, machine, type="spa", is_first_party=False)
    for wrong in (
        {"manages": "tenant"},
        {"type": "web", "scopes": ["account", "manage"]},
        {"type": "spa"},  # any first-party one may act on people's own accounts
        {"type": "web", "scopes": []},
    ):
        with pytest.raises(Forbidden):
            made(tenant, machine, **wrong)
    assert Application.objects.filter(tenant=tenant).count() == 1


def test_a_service_gives_no_right_to_another(
    machine: ServiceAccount,
    tenant: Tenant,
) -> None:
    plain: Application = ApplicationFactory(tenant=tenant, is_first_party=False)
    wrong: list[Traits] = [{"manages": "tenant"}, {"is_first_party": True}]
    wrong.append({"is_first_party": True, "scopes": []})
    for traits in wrong:
        with pytest.raises((Forbidden, InvalidInput)):
            applications.change_application(plain, acting_user=machine, **traits)
    plain.refresh_from_db()
    assert (plain.manages, plain.is_first_party) == ("", False)
    applications.change_application(plain, acting_user=machine, name="Renamed")
    assert plain.name == "Renamed"


def test_whoever_may_write_applications_suspends_none_that_manages(
    tenant: Tenant,
) -> None:
    """Only superusers resume it, so none else shuts it."""
    role = RoleFactory(tenant=tenant, permissions=["applications:write"])
    member = MembershipFactory(tenant=tenant)
    member.roles.set([role])
    plain: Application = ApplicationFactory(tenant=tenant, is_first_party=False)
    applications.suspend_application(plain, acting_user=member.user)
    with pytest.raises(Forbidden):
        applications.suspend_application(manager_of(tenant), acting_user=member.user)


@pytest.mark.parametrize("whose", ["its own", "another's", "people's"])
def test_a_service_touches_nothing_that_manages(
    machine: ServiceAccount,
    tenant: Tenant,
    whose: str,
) -> None:
    kinds: dict[str, Callable[[], Application]] = {
        "its own": lambda: machine.stands_for,
        "another's": lambda: manager_of(tenant),
        "people's": lambda: ApplicationFactory(tenant=tenant, is_first_party=True),
    }
    application = kinds[whose]()
    attempts: list[Any] = [
        lambda: applications.change_application(
            application, acting_user=machine, name="Mine"
        ),
        lambda: applications.change_application(
            application, acting_user=machine, manages=""
        ),
        lambda: applications.suspend_application(application, acting_user=machine),
        lambda: applications.resume_application(application, acting_user=machine),
        lambda: applications.delete_application(application, acting_user=machine),
        lambda: secrets.rotate_secret(application, acting_user=machine),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    stored = Application.objects.get(pk=application.pk)
    assert stored.name == "An application" and stored.suspended_at is None


def test_a_tenants_service_cannot_raise_itself(tenant: Tenant) -> None:
    account = ServiceAccount.of(manager_of(tenant))
    attempts: list[Traits] = [
        {"manages": "instance"},
        {"scopes": ["manage"]},
        {"name": "X"},
    ]
    for traits in attempts:
        with pytest.raises(Forbidden):
            applications.change_application(
                account.stands_for, acting_user=account, **traits
            )
    with pytest.raises(Forbidden):
        applications.suspend_application(account.stands_for, acting_user=account)
    with pytest.raises(Forbidden):
        made(tenant, account, is_first_party=True)
    made(tenant, account, is_first_party=False)
