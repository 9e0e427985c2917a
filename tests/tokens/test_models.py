"""What the tables themselves hold to."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import LoginFactory, SessionFactory, UserFactory
from tokens.models import Revocation, Session, SigningKey

pytestmark = pytest.mark.django_db

PAST = timezone.now() - timedelta(seconds=1)


def test_a_session_lives_until_it_ends_expires_or_idles() -> None:
    live = SessionFactory()
    SessionFactory(revoked_at=PAST)
    SessionFactory(expires_at=PAST)
    SessionFactory(idle_expires_at=PAST)
    assert list(Session.objects.all().live()) == [live]


def test_the_sessions_of_a_user_are_those_of_all_their_logins() -> None:
    alice = UserFactory()
    first = SessionFactory(login=LoginFactory(user=alice))
    second = SessionFactory(login=LoginFactory(user=alice))
    SessionFactory()
    assert list(Session.objects.all().of_user(alice.pk)) == [second, first]


def test_a_kid_stands_once_and_in_its_own_case() -> None:
    """Base64url tells `a` from `A`; MySQL's default collation would not."""
    row = {"algorithm": "ES256", "public_jwk": {}, "private_key": ""}
    SigningKey.objects.create(kid="aB", **row)
    SigningKey.objects.create(kid="Ab", **row)
    assert SigningKey.objects.filter(kid="ab").count() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.create(kid="aB", **row)


def test_a_subject_is_revoked_in_one_row_and_told_from_its_other_case() -> None:
    row = {"kind": "user", "expires_at": timezone.now(), "reason": "test"}
    Revocation.objects.create(number=1, subject="aB", **row)
    Revocation.objects.create(number=2, subject="Ab", **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Revocation.objects.create(number=3, subject="aB", **row)


def test_a_deleted_user_leaves_no_session() -> None:
    session = SessionFactory()
    session.login.user.delete()
    assert not Session.objects.exists()
