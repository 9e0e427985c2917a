"""Second factors are taken away: all, or those set up since."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.flows.removal import remove_factors
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_only_the_persons_own_and_only_those_since() -> None:
    user, other = UserFactory.create(), UserFactory.create()
    for owner in (user, other):
        Authenticator.objects.create(user=owner, type="totp", data={})
    moment = timezone.now()
    Authenticator.objects.filter(user=user).update(
        created_at=moment - timedelta(seconds=1)
    )
    Authenticator.objects.create(
        user=user, type="webauthn", data={}, created_at=moment + timedelta(seconds=1)
    )
    assert remove_factors(user, since=moment) == 1
    assert Authenticator.objects.get(user=user).type == "totp"
    assert remove_factors(user) == 1
    assert Authenticator.objects.get().user == other
