"""What tenants tells and forgets of people."""

import pytest

from tenants import privacy
from tenants.models import Membership
from tests.factories import MembershipFactory, RoleFactory

pytestmark = pytest.mark.django_db


def test_a_person_is_told_their_memberships_and_nobody_elses() -> None:
    mine, other = MembershipFactory(), MembershipFactory()
    mine.roles.add(RoleFactory(tenant=mine.tenant, name="clerk"))
    [holder] = privacy.HOLDERS

    [told] = holder.export(mine.user)  # type: ignore[misc]

    assert told["tenant"] == mine.tenant.slug and told["roles"] == ["clerk"]
    holder.erase(mine.user)
    assert list(Membership.objects.all()) == [other]
