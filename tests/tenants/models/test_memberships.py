"""Who belongs where, once, and which membership stands."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.models import Membership, Role
from tests.factories import MembershipFactory, RoleFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_two_tenants_may_have_a_role_of_one_name() -> None:
    for _ in range(2):
        RoleFactory(name="clerk")
    assert Role.objects.filter(name="clerk").count() == 2


def test_somebody_is_a_member_of_a_tenant_once() -> None:
    member = MembershipFactory()
    MembershipFactory(user=member.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(user=member.user, tenant=member.tenant)


def test_a_person_who_goes_leaves_no_membership_and_every_role() -> None:
    member, role = MembershipFactory(), RoleFactory()
    member.roles.add(role)
    member.user.delete()
    assert not Membership.objects.exists() and Role.objects.get() == role


@pytest.mark.parametrize(
    ("suspended", "expires", "stands"),
    [
        (None, None, True),
        (None, MINUTE, True),
        (None, -MINUTE, False),
        (None, timedelta(0), False),
        (-MINUTE, None, False),
        (-MINUTE, MINUTE, False),
    ],
)
def test_the_row_and_the_query_agree_on_which_membership_stands(
    suspended: timedelta | None,
    expires: timedelta | None,
    stands: bool,
) -> None:
    now = timezone.now()
    member = MembershipFactory(
        suspended_at=suspended and now + suspended,
        expires_at=None if expires is None else now + expires,
    )
    assert member.is_active is stands
    assert Membership.objects.active().filter(pk=member.pk).exists() is stands
