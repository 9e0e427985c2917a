"""Whether an address is proven."""

import pytest

from accounts.flows import verification
from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_only_proven_primary_addresses_count() -> None:
    proven = UserFactory.create()
    unproven = UserFactory.create(verified=False)

    assert verification.is_verified(proven.pk)
    assert not verification.is_verified(unproven.pk)
    assert verification.verified_ids([proven.pk, unproven.pk]) == {proven.pk}


def test_users_are_read_together_with_their_verification() -> None:
    proven = UserFactory.create()
    UserFactory.create(verified=False)

    rows = verification.with_verification(User.objects.all())

    assert [u.pk for u in rows if u.email_verified] == [proven.pk]  # type: ignore[attr-defined]
    assert rows.count() == 2


def test_a_filed_address_is_known_by_its_key() -> None:
    user = UserFactory.create(email="ann@example.com")
    user.emailaddress_set.all().delete()
    assert not verification.is_filed("ann@example.com")

    verification.file(user, verified=True)

    assert verification.is_filed("ann@example.com")
    assert verification.is_verified(user.pk)


def test_addresses_are_told_as_they_are_known() -> None:
    ann = UserFactory(email="ünn@example.com", verified=False)
    verification.forget(ann)
    verification.file(ann, verified=True)
    assert verification.addresses_of(ann) == [
        {"email": "ünn@example.com", "primary": True, "verified": True}
    ]
