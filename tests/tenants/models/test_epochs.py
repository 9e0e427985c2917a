"""The epoch moves with an ending change."""

from typing import Any

import pytest
from django.utils import timezone

from tenants.models import Membership, Tenant, bump_epoch
from tests.factories import MembershipFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_epoch_moves_with_the_change_and_only_in_the_rows_asked_for() -> None:
    mine, other = TenantFactory.create_batch(2)
    rows = Tenant.objects.filter(pk=mine.pk, suspended_at=None)
    assert bump_epoch(rows, suspended_at=timezone.now()) == 1
    assert bump_epoch(rows, suspended_at=timezone.now()) == 0, "no longer among them"
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.epoch, other.epoch) == (1, 0)
    assert mine.suspended_at and not other.suspended_at


@pytest.mark.django_db(transaction=True)
def test_no_bump_is_lost_among_parallel_ones(together: Any) -> None:
    member = MembershipFactory(user=UserFactory())
    rows = Membership.objects.filter(pk=member.pk)
    assert together(8, lambda number: bump_epoch(rows.all())) == [1] * 8
    member.refresh_from_db()
    assert member.epoch == 8
