"""What the mailed link is good for, and for whom."""

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.errors import LinkInvalid, PasswordRefused
from accounts.models import User
from config.errors import Conflict, Forbidden, InvalidInput
from tenants.errors import AccountExists, EmailUnverified, InvitationOfAnother
from tenants.models import Invitation, Tenant
from tenants.services import acceptance, invitations, memberships, roles, tenants
from tests.factories import (
    PASSWORD,
    MembershipFactory,
    RoleFactory,
    UserFactory,
)
from tests.tenants import mailed
from tests.tenants.services.guests import FRESH, GUEST, invite, told

pytestmark = pytest.mark.django_db


def test_a_tenant_that_is_suspended_after_the_look_lets_nobody_in(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    invite(tenant)
    found = acceptance.look(mailed.last_key())
    tenants.suspend_tenant(tenant, acting_user=None)
    monkeypatch.setattr(acceptance, "look", lambda key: found)
    with pytest.raises(Conflict):
        acceptance.accept(mailed.last_key(), password=FRESH)
    found.refresh_from_db()
    assert found.standing and not User.objects.filter(email=GUEST).exists()


@pytest.mark.parametrize("key", ["", "x", "\ud800", "\x00", "é" * 100])
def test_a_key_that_was_not_mailed_opens_nothing(
    tenant: Tenant,
    key: str,
) -> None:
    invite(tenant)
    with pytest.raises(LinkInvalid):
        acceptance.look(key)


def test_the_link_makes_a_proven_account_and_its_membership(tenant: Tenant) -> None:
    kept, gone = RoleFactory(tenant=tenant), RoleFactory(tenant=tenant)
    inviter = MembershipFactory(tenant=tenant)
    made = invite(tenant, roles=[kept, gone])
    Invitation.objects.update(invited_by=inviter.user)
    memberships.end_membership(inviter, acting_user=None)
    roles.delete_role(gone, acting_user=None)
    accepted = acceptance.accept(mailed.last_key(), password=FRESH, name=" Ann ")
    user = User.objects.get(email_key="guest@example.com")
    assert accepted.accepted_by == user and accepted.state == "accepted"
    assert (user.email, user.name, user.check_password(FRESH)) == (GUEST, "Ann", True)
    assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]
    assert list(user.memberships.get().roles.all()) == [kept]
    for action in (Action.USER_REGISTERED, Action.EMAIL_VERIFIED):
        assert told(action)[0].target_id == str(user.pk)
    (event,) = told(Action.INVITATION_ACCEPTED)
    assert (event.actor_id, event.target_id) == (str(user.pk), str(made.pk))
    with pytest.raises(LinkInvalid):
        acceptance.accept(mailed.last_key(), password=FRESH)
    with pytest.raises(Conflict):
        invitations.revoke(made, acting_user=None)


@pytest.mark.parametrize(
    ("password", "name", "refusal"),
    [
        (None, "", InvalidInput),
        ("short", "", PasswordRefused),
        ("guest@example.com", "", PasswordRefused),
        (FRESH, "a\x00b", InvalidInput),
    ],
)
def test_a_refused_password_leaves_the_link_good(
    tenant: Tenant,
    password: str | None,
    name: str,
    refusal: type[Exception],
) -> None:
    invite(tenant)
    with pytest.raises(refusal):
        acceptance.accept(mailed.last_key(), password=password, name=name)
    assert acceptance.accept(mailed.last_key(), password=FRESH).accepted_by


def test_the_link_enters_no_account_that_exists(tenant: Tenant) -> None:
    user = UserFactory(email="guest@EXAMPLE.com")
    invite(tenant)
    with pytest.raises(AccountExists):
        acceptance.accept(mailed.last_key(), password=FRESH)
    user.refresh_from_db()
    assert user.check_password(PASSWORD) and not tenant.memberships.exists()
    accepted = acceptance.accept_as(mailed.last_key(), acting_user=user)
    assert accepted.accepted_by == user and tenant.memberships.get().user == user


def test_an_account_that_was_made_since_the_look_is_not_entered(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    invite(tenant)
    UserFactory(email=GUEST, verified=False)
    monkeypatch.setattr(acceptance, "_no_account", lambda invitation: None)
    with pytest.raises(AccountExists):
        acceptance.accept(mailed.last_key(), password=FRESH)
    assert acceptance.look(mailed.last_key()) and not tenant.memberships.exists()


def test_a_stranger_who_took_the_address_first_gets_nothing(tenant: Tenant) -> None:
    """Pre-hijacking: made unproven before the invitation, with a password they know."""
    stranger = UserFactory(email=GUEST, verified=False)
    invite(tenant)
    key = mailed.last_key()
    with pytest.raises(AccountExists):
        acceptance.accept(key, password=FRESH)
    with pytest.raises(EmailUnverified):
        acceptance.accept_as(key, acting_user=stranger)
    assert not tenant.memberships.exists()
    stranger.emailaddress_set.update(verified=True)  # the mailbox's owner proved it
    assert acceptance.accept_as(key, acting_user=stranger).accepted_by == stranger


def test_only_the_account_of_the_address_accepts(tenant: Tenant) -> None:
    invite(tenant)
    key = mailed.last_key()
    with pytest.raises(InvitationOfAnother):
        acceptance.accept_as(key, acting_user=UserFactory())
    disabled = UserFactory(email=GUEST, is_active=False)
    with pytest.raises(Forbidden):
        acceptance.accept_as(key, acting_user=disabled)
    assert acceptance.look(key) and not tenant.memberships.exists()


def test_an_account_that_moved_to_another_address_cannot_accept(
    tenant: Tenant,
) -> None:
    user = UserFactory(email=GUEST)
    invite(tenant)
    User.objects.filter(pk=user.pk).update(email="n@x.io", email_key="n@x.io")
    with pytest.raises(InvitationOfAnother):  # though `user` still says the old one
        acceptance.accept_as(mailed.last_key(), acting_user=user)


def test_whoever_joined_meanwhile_gets_the_roles_and_keeps_theirs(
    tenant: Tenant,
) -> None:
    role, own = RoleFactory(tenant=tenant), RoleFactory(tenant=tenant)
    invite(tenant, roles=[role])
    member = MembershipFactory(tenant=tenant, user=UserFactory(email=GUEST))
    member.roles.add(own)
    acceptance.accept_as(mailed.last_key(), acting_user=member.user)
    assert set(member.roles.all()) == {role, own}
    assert len(told(Action.MEMBERSHIP_CHANGED)) == 1


@pytest.mark.parametrize("ended", ["suspended_at", "expires_at"])
def test_an_invitation_lifts_no_suspension(
    tenant: Tenant,
    ended: str,
) -> None:
    invite(tenant)
    past = {ended: timezone.now()}
    member = MembershipFactory(tenant=tenant, user=UserFactory(email=GUEST), **past)
    with pytest.raises(Conflict):
        acceptance.accept_as(mailed.last_key(), acting_user=member.user)
    member.refresh_from_db()
    assert not member.is_active and acceptance.look(mailed.last_key())
