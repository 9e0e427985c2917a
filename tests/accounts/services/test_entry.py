"""Whether somebody can sign in at all."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.errors import LastWayIn
from accounts.flows import webauthn
from accounts.models import User
from accounts.services import entry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody without password, where no app above knows another way."""
    monkeypatch.setattr(entry, "_ways", [])
    user: User = UserFactory()
    user.set_unusable_password()
    user.save()
    return user


def test_a_password_is_enough() -> None:
    entry.require_one(UserFactory())


def test_without_anything_there_is_no_way(bare: User) -> None:
    with pytest.raises(LastWayIn):
        entry.require_one(bare)


@pytest.mark.parametrize("possible", [True, False])
def test_a_passkey_is_one_where_passkeys_are_possible(
    bare: User,
    monkeypatch: pytest.MonkeyPatch,
    possible: bool,
) -> None:
    monkeypatch.setattr(webauthn, "is_possible", lambda: possible)
    Authenticator.objects.create(user=bare, type="webauthn", data={})
    if possible:
        entry.require_one(bare)
    else:
        with pytest.raises(LastWayIn):
            entry.require_one(bare)


@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_what_only_comes_second_is_none(
    bare: User,
    kind: str,
) -> None:
    Authenticator.objects.create(user=bare, type=kind, data={})
    with pytest.raises(LastWayIn):
        entry.require_one(bare)


def test_one_of_the_apps_above_is_enough_and_joins_once(bare: User) -> None:
    def never(user: User) -> bool:
        return False

    def always(user: User) -> bool:
        return True

    entry.register(never)
    entry.register(never)
    assert entry._ways == [never]
    with pytest.raises(LastWayIn):
        entry.require_one(bare)
    entry.register(always)
    entry.require_one(bare)
