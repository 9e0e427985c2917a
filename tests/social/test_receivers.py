"""What happens to connected accounts when an account changes hands."""

import pytest

from accounts.models import User
from accounts.signals import taken_over
from social.models import Identity
from tests.factories import IdentityFactory

pytestmark = pytest.mark.django_db


def test_what_its_maker_connected_goes(ann: User) -> None:
    IdentityFactory.create_batch(2, user=ann)
    theirs = IdentityFactory()
    taken_over.send(User, user=ann)
    assert list(Identity.objects.all()) == [theirs]
