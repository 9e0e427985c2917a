"""What a person is told, and what goes with them."""

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import User
from accounts.privacy.holders import holders
from config.encryption import encrypt
from social.models import Identity
from social.privacy import HOLDERS
from tests.factories import IdentityFactory

pytestmark = pytest.mark.django_db
[HOLDER] = HOLDERS


def test_the_export_says_who_one_is_elsewhere_and_no_token(ann: User) -> None:
    mine = IdentityFactory(user=ann, email="a@work.example", tokens=encrypt("at-1"))
    IdentityFactory()
    told = HOLDER.export(ann)
    assert told == [
        {
            "connection": mine.connection.provider_id,
            "subject": mine.subject,
            "email": "a@work.example",
            "name": "",
            "created_at": mine.created_at,
            "last_used_at": None,
        }
    ]
    text = DjangoJSONEncoder().encode(told)
    assert mine.tokens not in text and "at-1" not in text


def test_the_erasure_removes_them_and_may_run_twice(ann: User) -> None:
    IdentityFactory(user=ann)
    theirs = IdentityFactory()
    HOLDER.erase(ann)
    HOLDER.erase(ann)
    assert list(Identity.objects.all()) == [theirs]


def test_it_takes_part() -> None:
    assert HOLDER in holders()
