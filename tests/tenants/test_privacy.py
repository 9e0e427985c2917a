"""What tenants tells and forgets of people."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.models import Event
from accounts.privacy.identifiers import ERASED
from tenants import privacy
from tenants.models import Invitation, Membership
from tenants.services.invitations import invite
from tests.factories import (
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MEMBERSHIPS, INVITATIONS = privacy.HOLDERS


def test_a_person_is_told_their_memberships_and_nobody_elses() -> None:
    mine, other = MembershipFactory(), MembershipFactory()
    mine.roles.add(RoleFactory(tenant=mine.tenant, name="clerk"))

    rows: Any = MEMBERSHIPS.export(mine.user)
    [told] = rows

    assert told["tenant"] == mine.tenant.slug and told["roles"] == ["clerk"]
    MEMBERSHIPS.erase(mine.user)
    assert list(Membership.objects.all()) == [other]


def test_a_person_is_told_what_invited_them_and_not_whom_they_invited() -> None:
    alice = UserFactory(email="Alice@Example.com")
    to_her = InvitationFactory(email="alice@example.com")
    InvitationFactory(email="bob@example.com", invited_by=alice)
    InvitationFactory()

    told: Any = INVITATIONS.export(alice)

    [received], [sent] = told["received"], told["sent"]
    assert (received["tenant"], received["state"]) == (to_her.tenant.slug, "open")
    assert "bob@example.com" not in str(told) and sent.keys() == {
        "tenant",
        "created_at",
    }


def test_an_erased_person_is_in_no_invitation() -> None:
    alice = UserFactory(email="Alice@Example.com")
    InvitationFactory(email="alice@example.com")
    InvitationFactory(
        email="alice.before@example.com",
        accepted_by=alice,
        accepted_at=timezone.now(),
        standing=None,
    )
    to_bob = InvitationFactory(email="bob@example.com", invited_by=alice)

    INVITATIONS.erase(alice)

    to_bob.refresh_from_db()
    assert list(Invitation.objects.all()) == [to_bob] and to_bob.invited_by is None


def test_the_trail_does_not_tell_who_was_invited_once_they_are_erased() -> None:
    root, tenant = UserFactory(is_superuser=True), TenantFactory()
    before = invite(tenant, "before@example.com", acting_user=root)
    other = invite(tenant, "bob@example.com", acting_user=root)
    alice = UserFactory(email="alice@example.com")
    Invitation.objects.filter(pk=before.pk).update(accepted_by=alice)

    INVITATIONS.erase(alice)

    assert Event.objects.get(target_id=str(before.pk)).target_label == ERASED
    assert Event.objects.get(target_id=str(other.pk)).target_label == other.email
