"""What tenants tells and forgets of people."""

from typing import Any

import pytest

from tenants import privacy
from tenants.models import Membership
from tests.factories import MembershipFactory, RoleFactory

pytestmark = pytest.mark.django_db


def test_a_person_is_told_their_memberships_and_nobody_elses() -> None:
    mine, other = MembershipFactory(), MembershipFactory()
    mine.roles.add(RoleFactory(tenant=mine.tenant, name="clerk"))
    [holder] = privacy.HOLDERS

    rows: Any = holder.export(mine.user)
    [told] = rows

    assert told["tenant"] == mine.tenant.slug and told["roles"] == ["clerk"]
    holder.erase(mine.user)
    assert list(Membership.objects.all()) == [other]
