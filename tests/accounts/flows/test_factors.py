"""The factors of a person, told without their secrets."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.flows import enrolment, factors
from accounts.models import User
from config.errors import NotFound
from tests.authenticators import SECRET, has_app
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user: User = UserFactory()
    has_app(user)
    enrolment.new_codes(user)
    return user


def test_factors_are_told_oldest_first_and_without_secrets(ann: User) -> None:
    told = factors.factors_of(ann)
    assert [f.method for f in told] == ["totp", "recovery_code"]
    assert [f.codes_left for f in told] == [None, 10]
    assert SECRET not in str(told)
    assert len({f.id for f in told}) == 2
    assert factors.factors_of(UserFactory()) == []


def test_the_ids_tell_nothing_of_the_table(ann: User) -> None:
    assert all(f.id.version == 5 for f in factors.factors_of(ann))


def test_removing_the_last_factor_removes_the_codes(ann: User) -> None:
    app = factors.factors_of(ann)[0]
    assert factors.remove(ann, app.id).method == "totp"
    assert factors.factors_of(ann) == []


def test_the_codes_can_go_alone(ann: User) -> None:
    codes = factors.factors_of(ann)[1]
    factors.remove(ann, codes.id)
    assert [f.method for f in factors.factors_of(ann)] == ["totp"]


def test_anothers_or_no_factor_is_not_found(ann: User) -> None:
    bob: User = UserFactory()
    theirs = factors.factors_of(ann)[0].id
    for factor_id in (theirs, uuid4()):
        with pytest.raises(NotFound):
            factors.remove(bob, factor_id)
        with pytest.raises(NotFound):
            factors.rename(bob, factor_id, name="x")


def test_only_a_passkey_is_named(ann: User) -> None:
    row = Authenticator.objects.create(
        user=ann, type="webauthn", data={"name": "Old", "credential": {}}
    )
    passkey = factors.factors_of(ann)[-1]
    assert factors.rename(ann, passkey.id, name="New").name == "New"
    row.refresh_from_db()
    assert row.data == {"name": "New", "credential": {}}
    with pytest.raises(NotFound):
        factors.rename(ann, factors.factors_of(ann)[0].id, name="x")


def test_only_the_persons_own_factors_go_and_only_those_since() -> None:
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
    assert factors.remove_all(user, since=moment) == 1
    assert Authenticator.objects.get(user=user).type == "totp"
    assert factors.remove_all(user) == 1
    assert Authenticator.objects.get().user == other
