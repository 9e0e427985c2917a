"""What the management API of tenants answers, member by member."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from rest_framework.serializers import Serializer

from tenants.api import outputs
from tenants.models import ApplicationSecret
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
)

pytestmark = pytest.mark.django_db
MOMENT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
# columns that an answer never has, whatever a serializer is told to show
HIDDEN = {"epoch", "digest", "password", "email_key", "private_key", "is_superuser"}
ALL = [
    made
    for made in vars(outputs).values()
    if isinstance(made, type)
    and issubclass(made, Serializer)
    and made.__module__ == outputs.__name__
]


@pytest.mark.parametrize("output", ALL, ids=lambda output: output.__name__)
def test_no_answer_shows_what_stays_inside(output: Any) -> None:
    assert not HIDDEN & output().fields.keys()


def test_only_the_answer_to_its_making_has_a_secret() -> None:
    shown = {output.__name__ for output in ALL if "client_secret" in output().fields}
    assert shown == {"NewApplicationOutput", "NewSecretOutput"}


def test_a_secret_shows_its_end_only() -> None:
    row = ApplicationSecret(digest="f" * 64, hint="Zx3k", created_at=MOMENT)
    assert outputs.SecretOutput(row).data == {
        "id": str(row.pk),
        "hint": "Zx3k",
        "created_at": "2030-01-02T03:04:05Z",
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
    }


def test_times_are_rfc_3339_in_utc_however_they_are_held() -> None:
    tokyo = MOMENT.astimezone(timezone(timedelta(hours=9)))
    shown = outputs.TenantOutput(TenantFactory(suspended_at=tokyo)).data
    assert shown["suspended_at"] == "2030-01-02T03:04:05Z"


def test_the_apis_of_an_application_come_in_its_own_order() -> None:
    tenant = TenantFactory()
    first, second, third = ApiFactory.create_batch(3, tenant=tenant)
    wanted = [second, third, first]
    application = ApplicationFactory(tenant=tenant, apis=wanted)
    shown = outputs.ApplicationOutput(application).data["audiences"]
    assert shown == [api.identifier for api in wanted]


def test_an_api_names_the_tenants_it_is_shared_with_by_their_slugs() -> None:
    api = ApiFactory()
    api.shared_with.add(TenantFactory(slug="partner"))
    assert outputs.ApiOutput(api).data["shared_with"] == ["partner"]


def test_a_member_is_shown_with_their_roles_and_no_more_of_the_person() -> None:
    member = MembershipFactory(user__email="Alice@example.com", user__name="Alice")
    member.roles.add(RoleFactory(tenant=member.tenant, name="clerk"))
    shown = outputs.MembershipOutput(member).data
    assert shown["roles"] == ["clerk"]
    assert shown["user"] == {
        "id": str(member.user_id),
        "email": "Alice@example.com",
        "name": "Alice",
    }
