"""Which invitation stands."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.models import Invitation
from tests.factories import InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("state", Invitation.State.values)
def test_the_row_and_the_query_agree_on_where_an_invitation_stands(state: str) -> None:
    now = timezone.now()
    for traits in (
        {},
        {"expires_at": now - MINUTE},
        {"accepted_at": now, "standing": None},
        {"revoked_at": now, "standing": None, "expires_at": now - MINUTE},
    ):
        InvitationFactory(**traits)
    (found,) = Invitation.objects.in_state(state)
    assert found.state == state and str(found) == found.email


def test_one_invitation_stands_per_tenant_and_address_and_any_number_ended() -> None:
    standing = InvitationFactory(email="a@example.com")
    again = {"tenant": standing.tenant, "email": "a@example.com"}
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(**again)
    for _ in range(2):
        InvitationFactory(**again, standing=None)
    InvitationFactory(email="a@example.com")
    InvitationFactory(**again | {"email": "á@example.com"})


def test_whoever_invited_may_go_and_the_invitation_stays() -> None:
    made = InvitationFactory(invited_by=UserFactory())
    made.invited_by.delete()
    made.refresh_from_db()
    assert made.invited_by is None and made.standing
