"""What allauth's tables hold about somebody."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.flows import records, verification
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_addresses_are_told_as_they_are_known() -> None:
    ann = UserFactory(email="ünn@example.com", verified=False)
    records.forget_addresses(ann)
    verification.file(ann, verified=True)

    assert records.addresses_of(ann) == [
        {"email": "ünn@example.com", "primary": True, "verified": True}
    ]


def test_a_factor_is_told_without_its_secret() -> None:
    ann, bob = UserFactory(), UserFactory()
    for user in (ann, bob):
        data = {"secret": "sEcReT", "name": "Phone"}
        Authenticator.objects.create(user=user, type="totp", data=data)

    [told] = records.factors_of(ann)

    assert (told["type"], told["name"]) == ("totp", "Phone")
    assert "sEcReT" not in str(told)
    records.forget_factors(ann)
    assert records.factors_of(ann) == [] and len(records.factors_of(bob)) == 1
