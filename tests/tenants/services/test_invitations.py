"""Who may invite whom, what the link is good for, and for how long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import LinkInvalid
from accounts.models import User
from accounts.outbox import housekeeping
from config.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TooManyRequests,
    Unavailable,
)
from tenants.admission import RegistrationClosed
from tenants.errors import InvitationOfAnother
from tenants.models import Invitation, Tenant
from tenants.services import acceptance, invitations
from tests.factories import (
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tests.tenants import mailed
from tests.tenants.conftest import Member
from tests.tenants.services.guests import FRESH, GUEST, invite, told

pytestmark = pytest.mark.django_db
Deed = Callable[[], object]


def test_an_admin_invites_an_address(
    admin: User,
    tenant: Tenant,
    settings: Any,
) -> None:
    role = RoleFactory(tenant=tenant, permissions=["members:read"])
    made = invite(tenant, " Guest@EXAMPLE.com ", roles=[role], acting_user=admin)
    assert (made.email, made.email_key) == ("Guest@EXAMPLE.com", "guest@example.com")
    assert (made.state, made.invited_by) == ("open", admin)
    assert list(made.roles.all()) == [role]
    assert timedelta(days=6.9) < made.expires_at - timezone.now() < timedelta(days=7)
    (letter,) = mailed.letters()
    assert letter["to"] == "Guest@EXAMPLE.com" and tenant.name in letter["subject"]
    assert f"{settings.ISSUER}/account/invitation/?key=" in letter["text"]
    (event,) = told(Action.INVITATION_CREATED)
    assert (event.actor_id, event.target_id) == (str(admin.pk), str(made.pk))
    assert event.tenant_id == tenant.pk


def test_only_a_digest_of_the_link_is_stored(tenant: Tenant) -> None:
    made = invite(tenant)
    key = mailed.last_key()
    stored = [str(v) for v in Invitation.objects.values_list().get(pk=made.pk)]
    assert key not in " ".join(stored) and len(key) >= 43
    assert key not in str(list(Event.objects.values()))


@pytest.mark.parametrize(
    "email",
    [
        *("", "nobody", "a@b@example.com", "a b@example.com", "\ud800@example.com"),
        *(
            "a@example.com\r\nBcc: b@example.com",
            "a@example.com\nx",
            "a\x00@example.com",
        ),
        *("a@example.com,b@example.com", "<a@example.com>", "x" * 400 + "@example.com"),
    ],
)
def test_what_is_no_address_is_refused_and_mailed_nothing(
    tenant: Tenant,
    email: str,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        invite(tenant, email)
    assert refusal.value.errors[0].pointer == "#/email"
    assert mailed.letters() == []


def test_a_tenants_name_adds_no_line_and_no_header(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(name="A\r\nBcc: b@example.com\n\nB: x")
    tenant.refresh_from_db()
    invite(tenant)
    (letter,) = mailed.letters()
    assert "\n" not in letter["subject"]
    assert not [
        li for li in letter["text"].splitlines() if li.startswith(("Bcc", "B:"))
    ]


def test_who_may_not_invite(
    member: Member,
    tenant: Tenant,
) -> None:
    reader = member("members:read").user
    with pytest.raises(Forbidden):
        invite(tenant, acting_user=reader)
    stranger = member("members:write", of=TenantFactory()).user
    with pytest.raises(NotFound):
        invite(tenant, acting_user=stranger)
    assert mailed.letters() == []


def test_nobody_gives_more_than_they_hold(
    member: Member,
    tenant: Tenant,
) -> None:
    clerk = member("members:write").user
    boss = RoleFactory(tenant=tenant, permissions=["roles:write"])
    with pytest.raises(Forbidden):
        invite(tenant, roles=[boss], acting_user=clerk)
    with pytest.raises(InvalidInput):
        invite(tenant, roles=[RoleFactory()])
    assert not Invitation.objects.exists() and mailed.letters() == []


def test_nobody_touches_an_invitation_that_gives_more_than_they_hold(
    member: Member,
    tenant: Tenant,
) -> None:
    boss = RoleFactory(tenant=tenant, permissions=["roles:write"])
    made = invite(tenant, roles=[boss])
    clerk = member("members:write").user
    deeds: tuple[Deed, ...] = (
        lambda: invitations.revoke(made, acting_user=clerk),
        lambda: invitations.resend(made, acting_user=clerk),
        lambda: invite(tenant, acting_user=clerk),
    )
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed()
    assert acceptance.look(mailed.last_key()) == made


def test_a_member_is_not_invited(tenant: Tenant) -> None:
    member = MembershipFactory(tenant=tenant, suspended_at=timezone.now())
    with pytest.raises(Conflict):
        invite(tenant, member.user.email.upper())
    made = invite(tenant)
    MembershipFactory(tenant=tenant, user=UserFactory(email=GUEST))
    with pytest.raises(Conflict):
        invitations.resend(made, acting_user=None)


def test_a_closed_or_suspended_tenant_invites_nobody(tenant: Tenant) -> None:
    made = invite(tenant)
    key = mailed.last_key()
    for change, refusal in (
        ({"registration": "closed"}, RegistrationClosed),
        ({"registration": "invite", "suspended_at": timezone.now()}, Conflict),
    ):
        Tenant.objects.filter(pk=tenant.pk).update(**change)
        tenant.refresh_from_db()
        with pytest.raises(refusal):
            invite(tenant, "other@example.com")
        with pytest.raises(refusal):
            acceptance.accept(key, password=FRESH)
        with pytest.raises(refusal):
            invitations.resend(
                Invitation.objects.select_related("tenant").get(pk=made.pk),
                acting_user=None,
            )
    assert not User.objects.filter(email_key="guest@example.com").exists()


def test_a_new_invitation_replaces_the_one_that_stood(tenant: Tenant) -> None:
    first, second = invite(tenant), invite(tenant, GUEST.upper())
    old, new = mailed.keys()
    with pytest.raises(LinkInvalid):
        acceptance.look(old)
    assert acceptance.look(new) == second
    first.refresh_from_db()
    assert first.state == "revoked"
    assert told(Action.INVITATION_CREATED)[0].details["replaced"] is True


def test_look_alike_addresses_are_different_people(tenant: Tenant) -> None:
    for email in ("admin@example.com", "аdmin@example.com", "ádmin@example.com"):
        invite(tenant, email)
    assert Invitation.objects.filter(standing=True).count() == 3
    key = mailed.keys()[1]
    latin = UserFactory(email="admin@example.com")
    with pytest.raises(InvitationOfAnother):
        acceptance.accept_as(key, acting_user=latin)


def test_nobody_is_bombed_with_mail(tenant: Tenant) -> None:
    made = invite(tenant)
    for _ in range(4):
        invitations.resend(made, acting_user=None)
    deeds: tuple[Deed, ...] = (
        lambda: invitations.resend(made, acting_user=None),
        lambda: invite(tenant, "GUEST@example.com"),
    )
    for deed in deeds:
        with pytest.raises(TooManyRequests):
            deed()
    assert len(mailed.letters()) == 5
    invite(tenant, "other@example.com")
    invite(TenantFactory())


def test_another_mail_kills_the_link_before_and_begins_the_week_anew(
    tenant: Tenant,
) -> None:
    made = invite(tenant)
    Invitation.objects.update(expires_at=timezone.now())
    made.refresh_from_db()
    assert made.state == "expired"
    invitations.resend(made, acting_user=None)
    old, new = mailed.keys()
    with pytest.raises(LinkInvalid):
        acceptance.look(old)
    assert acceptance.look(new) == made and made.state == "open"
    assert len(told(Action.INVITATION_RESENT)) == 1


def test_a_revoked_link_is_dead_and_stays_so(tenant: Tenant) -> None:
    made = invite(tenant)
    for _ in range(2):
        invitations.revoke(made, acting_user=None)
    assert made.state == "revoked" and len(told(Action.INVITATION_REVOKED)) == 1
    with pytest.raises(Conflict):
        invitations.resend(made, acting_user=None)
    for password in (None, FRESH):
        with pytest.raises(LinkInvalid):
            acceptance.accept(mailed.last_key(), password=password)
    Invitation.objects.all().delete()
    with pytest.raises(NotFound):
        invitations.revoke(made, acting_user=None)


def test_old_invitations_are_thrown_away() -> None:
    now = timezone.now()
    old = InvitationFactory(expires_at=now - timedelta(days=91))
    old.roles.add(RoleFactory(tenant=old.tenant))
    kept = InvitationFactory(expires_at=now - timedelta(days=89))
    assert invitations.purge() == 1
    assert list(Invitation.objects.all()) == [kept]
    assert invitations.purge in housekeeping._purges


def test_an_invitation_that_cannot_be_stored_may_be_tried_again(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def taken(*given: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(invitations, "_replace", taken)
    with pytest.raises(Unavailable) as refusal:
        invite(tenant)
    assert refusal.value.retry_after == 1 and mailed.letters() == []
