"""Of calls at once one succeeds: accept, resend, revoke and invite, in any mixture."""

from collections import Counter
from typing import Any

import pytest

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import LinkInvalid
from accounts.flows.verification import is_verified
from accounts.models import User
from config.errors import ServiceError
from tenants.errors import AccountExists
from tenants.models import Invitation, Membership
from tenants.services import acceptance, invitations
from tests.conftest import Together
from tests.factories import RoleFactory, TenantFactory, UserFactory
from tests.tenants import mailed

pytestmark = pytest.mark.django_db(transaction=True)
GUEST = "guest@example.com"
FRESH = "a quiet walk in the hills"


def invited(**traits: Any) -> Invitation:
    """Invite the guest into a tenant of their own, with a role."""
    tenant = TenantFactory()
    role = RoleFactory(tenant=tenant)
    return invitations.invite(tenant, GUEST, roles=[role], acting_user=None)


def kinds(outcomes: list[Any]) -> Counter[str]:
    """Count what came out; faults that are no refusals are raised."""
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, ServiceError):
            raise outcome
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_one_of_twelve_makes_the_account(together: Together) -> None:
    made, key = invited(), mailed.last_key()
    found = together(12, lambda n: acceptance.accept(key, password=f"{FRESH} {n}"))
    counted = kinds(found)
    assert counted["Invitation"] == 1, counted
    assert counted["LinkInvalid"] + counted["AccountExists"] == 11, counted
    user = User.objects.get(email_key=GUEST)
    winner = next(n for n, it in enumerate(found) if isinstance(it, Invitation))
    assert user.check_password(f"{FRESH} {winner}")
    assert Membership.objects.get(tenant=made.tenant).user == user
    assert Event.objects.filter(action=Action.INVITATION_ACCEPTED).count() == 1


def test_one_of_twelve_makes_the_membership(together: Together) -> None:
    made, user = invited(), UserFactory(email=GUEST)
    key = mailed.last_key()
    counted = kinds(together(12, lambda n: acceptance.accept_as(key, acting_user=user)))
    assert counted == {"Invitation": 1, "LinkInvalid": 11}
    assert Membership.objects.filter(tenant=made.tenant).count() == 1


def test_of_an_acceptance_and_a_revocation_one_wins(together: Together) -> None:
    made, user = invited(), UserFactory(email=GUEST)
    key = mailed.last_key()

    def work(number: int) -> Any:
        if number % 2:
            return invitations.revoke(made, acting_user=None)
        return acceptance.accept_as(key, acting_user=user)

    found = together(8, work)
    kinds(found)
    entered = [it for it in found[::2] if isinstance(it, Invitation)]
    revoked = Event.objects.filter(action=Action.INVITATION_REVOKED).count()
    assert (len(entered), revoked) in ((1, 0), (0, 1))
    assert Membership.objects.filter(user=user).count() == len(entered)


def test_of_an_acceptance_and_another_mail_one_wins(together: Together) -> None:
    made, user = invited(), UserFactory(email=GUEST)
    key = mailed.last_key()

    def work(number: int) -> Any:
        if number == 1:
            return invitations.resend(made, acting_user=None)
        return acceptance.accept_as(key, acting_user=user)

    found = together(6, work)
    counted = kinds(found)
    if isinstance(found[1], Invitation):
        assert counted["LinkInvalid"] == 5, counted
        assert acceptance.accept_as(mailed.last_key(), acting_user=user)
    else:
        assert counted["Invitation"] == 1, counted
    with pytest.raises(LinkInvalid):
        acceptance.look(key)


def test_mails_at_once_leave_one_link(together: Together) -> None:
    made = invited()
    counted = kinds(together(8, lambda n: invitations.resend(made, acting_user=None)))
    assert counted == {"Invitation": 4, "TooManyRequests": 4}
    good = 0
    for key in mailed.keys():
        try:
            good += acceptance.look(key) == made
        except LinkInvalid:
            continue
    assert good == 1 and len(mailed.keys()) == 5


def test_invitations_at_once_leave_one_that_stands(together: Together) -> None:
    tenant = TenantFactory()
    counted = kinds(
        together(8, lambda n: invitations.invite(tenant, GUEST, acting_user=None))
    )
    assert counted["TooManyRequests"] == 3, counted
    assert counted["Invitation"] + counted["Unavailable"] == 5 and counted["Invitation"]
    standing = Invitation.objects.filter(tenant=tenant, standing=True)
    assert standing.count() == 1
    assert len(mailed.keys()) == counted["Invitation"]


@pytest.mark.parametrize("required", [True, False])
def test_an_acceptance_and_sign_ups_at_once_make_one_account(
    together: Together,
    required: bool,
) -> None:
    made, key = invited(), mailed.last_key()

    def work(number: int) -> Any:
        if number == 0:
            return acceptance.accept(key, password=FRESH)
        return flows.sign_up(
            email=GUEST,
            password=f"{FRESH} {number}",
            name="",
            verification_required=required,
            state={},
        )

    found = together(4, work)
    kinds(found)
    user = User.objects.get(email_key=GUEST)
    if isinstance(found[0], Invitation):
        assert user.check_password(FRESH) and is_verified(user.pk)
        assert Membership.objects.get(tenant=made.tenant).user == user
    else:
        assert isinstance(found[0], AccountExists) and not is_verified(user.pk)
        assert not made.tenant.memberships.exists() and acceptance.look(key)
