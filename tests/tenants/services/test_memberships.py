"""Who belongs to a tenant, and who may change it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from config.errors import Conflict, Forbidden, InvalidInput, NotFound
from tenants.models import Membership, Tenant
from tenants.services import memberships
from tests.conftest import Together
from tests.factories import (
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
    UserFactory,
)
from tests.tenants.conftest import Member
from tokens.models import Revocation

pytestmark = pytest.mark.django_db


def test_a_member_is_added_with_roles(tenant: Tenant) -> None:
    role, user = RoleFactory(tenant=tenant), UserFactory(email="Alice@example.com")
    membership = memberships.add_member(
        "alice@EXAMPLE.com", tenant=tenant, roles=[role], acting_user=None
    )
    assert membership.user == user and list(membership.roles.all()) == [role]
    with pytest.raises(Conflict):
        memberships.add_member(user, tenant=tenant, acting_user=None)
    event = Event.objects.get(action=Action.MEMBERSHIP_CREATED)
    assert (event.target_id, event.tenant_id) == (str(user.pk), tenant.pk)


def test_an_admin_learns_of_no_account_by_adding_it(
    admin: User,
    tenant: Tenant,
) -> None:
    told = set()
    for email in (UserFactory().email, "nobody@example.com", "no address"):
        with pytest.raises(Forbidden) as refusal:
            memberships.add_member(email, tenant=tenant, acting_user=admin)
        told.add(refusal.value.detail)
    assert len(told) == 1


@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "\ud800", ""])
def test_an_address_without_user_is_refused(
    tenant: Tenant,
    email: str,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        memberships.add_member(email, tenant=tenant, acting_user=None)
    assert refusal.value.errors[0].pointer == "#/email"


def test_a_role_of_another_tenant_is_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        memberships.add_member(
            UserFactory(), tenant=tenant, roles=[RoleFactory()], acting_user=None
        )
    assert not tenant.memberships.exists()


@pytest.mark.django_db(transaction=True)
def test_of_additions_at_once_one_stands(together: Together) -> None:
    tenant, user = TenantFactory(), UserFactory()
    outcomes = together(
        8, lambda n: memberships.add_member(user, tenant=tenant, acting_user=None)
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["Conflict"] * 7 + ["Membership"], outcomes


@pytest.mark.django_db(transaction=True)
def test_of_first_sign_ins_at_once_one_makes_the_membership(together: Together) -> None:
    tenant, user = TenantFactory(), UserFactory()
    outcomes = together(
        8, lambda n: memberships.join_open_tenant(user_id=user.pk, tenant=tenant)
    )
    assert {type(outcome) for outcome in outcomes} == {Membership}, outcomes
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert Event.objects.filter(action=Action.MEMBERSHIP_CREATED).count() == 1


def test_nobody_grants_what_they_do_not_have(
    member: Member,
    tenant: Tenant,
) -> None:
    writer = member("members:write")
    target = MembershipFactory(tenant=tenant)
    strong = RoleFactory(tenant=tenant, permissions=["roles:write"])
    for membership in (target, writer):
        with pytest.raises(Forbidden):
            memberships.change_membership(
                membership, roles=[strong], acting_user=writer.user
            )
        assert strong not in membership.roles.all()
    plain = RoleFactory(tenant=tenant, permissions=["members:write"])
    memberships.change_membership(target, roles=[plain], acting_user=writer.user)
    assert list(target.roles.all()) == [plain]


def test_nobody_touches_a_member_who_may_do_more(
    member: Member,
    tenant: Tenant,
    superuser: User,
) -> None:
    writer = member("members:write").user
    stronger = member("members:write", "roles:write")
    above = MembershipFactory(tenant=tenant, user=superuser)
    asleep = member("roles:write", suspended_at=timezone.now())
    for target in (stronger, above, asleep):
        for touch in (
            memberships.suspend_membership,
            memberships.resume_membership,
            memberships.end_membership,
            memberships.change_membership,
        ):
            with pytest.raises(Forbidden):
                touch(target, acting_user=writer)
        epoch = Membership.objects.get(pk=target.pk).epoch
        assert epoch == 0


def test_another_tenants_admin_and_a_plain_member_find_nothing(
    member: Member,
    tenant: Tenant,
) -> None:
    target = MembershipFactory(tenant=tenant)
    mallory = member("members:write", of=TenantFactory()).user
    for intruder in (mallory, member().user):
        with pytest.raises(NotFound):
            memberships.end_membership(target, acting_user=intruder)


def test_a_suspension_ends_sessions_here_only() -> None:
    session = SessionFactory()
    elsewhere = SessionFactory(user=session.login.user)
    tenant = session.application.tenant
    membership = tenant.memberships.get()
    memberships.suspend_membership(membership, acting_user=None)
    memberships.suspend_membership(membership, acting_user=None)
    session.refresh_from_db()
    elsewhere.refresh_from_db()
    assert session.revoked_at and not elsewhere.revoked_at
    assert membership.epoch == 1
    memberships.resume_membership(membership, acting_user=None)
    assert membership.epoch == 2 and membership.is_active


def test_an_end_ends_sessions_and_is_found_only_once() -> None:
    session = SessionFactory()
    membership = session.application.tenant.memberships.get()
    memberships.end_membership(membership, acting_user=None)
    session.refresh_from_db()
    assert session.revoked_at
    with pytest.raises(NotFound):
        memberships.end_membership(membership, acting_user=None)


def test_changed_roles_leave_sessions_and_epoch_alone() -> None:
    session = SessionFactory()
    tenant = session.application.tenant
    membership = tenant.memberships.get()
    role = RoleFactory(tenant=tenant)
    memberships.change_membership(membership, roles=[role], acting_user=None)
    session.refresh_from_db()
    assert session.revoked_at is None and membership.epoch == 0
    assert Revocation.objects.filter(kind="membership").count() == 1
    memberships.change_membership(membership, roles=[role], acting_user=None)
    assert Event.objects.filter(action=Action.MEMBERSHIP_CHANGED).count() == 1


@pytest.mark.parametrize(
    ("before", "after", "epoch", "ended"),
    [
        (None, timedelta(days=1), 0, False),
        (timedelta(days=1), None, 0, False),
        (None, timedelta(0), 1, True),
        (timedelta(days=-1), None, 1, False),
    ],
)
def test_what_a_new_expiry_does(
    before: timedelta | None,
    after: timedelta | None,
    epoch: int,
    ended: bool,
) -> None:
    session, now = SessionFactory(), timezone.now()
    mine = Membership.objects.filter(tenant=session.application.tenant)
    mine.update(expires_at=before and now + before)
    until = None if after is None else now + after
    membership = memberships.change_membership(
        mine.get(), expires_at=until, acting_user=None
    )
    session.refresh_from_db()
    assert membership.epoch == epoch
    assert bool(session.revoked_at) is ended


@pytest.mark.parametrize("year", [1, 1999, 9999])
def test_unreasonable_years_are_refused(
    tenant: Tenant,
    year: int,
) -> None:
    membership = MembershipFactory(tenant=tenant)
    moment = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput):
        memberships.change_membership(membership, expires_at=moment, acting_user=None)


def test_nobody_moves_the_end_of_their_own_membership(
    admin: User,
    tenant: Tenant,
) -> None:
    soon = timezone.now() + timedelta(days=1)
    mine = Membership.objects.get(user=admin, tenant=tenant)
    memberships.change_membership(mine, expires_at=soon, acting_user=None)
    with pytest.raises(Forbidden):
        memberships.change_membership(mine, expires_at=None, acting_user=admin)
    mine.refresh_from_db()
    assert mine.expires_at == soon
