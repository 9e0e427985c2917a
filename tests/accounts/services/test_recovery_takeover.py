"""Pre-hijacking: who signs up with another's address keeps nothing of the account."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts import flows, lockouts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import FlowInvalid, LinkInvalid
from accounts.flows import Pending, verification
from accounts.flows.verification import is_verified
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import KnownAddress, KnownDevice, MailLink, User
from accounts.services import recovery
from accounts.signals import credentials_changed
from config import context
from config.errors import Unavailable
from tests.accounts.flows.doors import log_in, sign_up
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail

pytestmark = pytest.mark.django_db

NEW = "seven green tractors at noon"
EMAIL = "ann@example.com"


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """Collect which signals the apps above hear."""
    told: list[Any] = []

    def listen(**kwargs: Any) -> None:
        told.append(kwargs["signal"])

    credentials_changed.connect(listen)
    yield told
    credentials_changed.disconnect(listen)


def asked() -> str:
    """Ask for a reset; return the mailed key."""
    recovery.request_reset(email=EMAIL)
    return last_mail().key


def test_the_owner_of_an_address_takes_a_strangers_account_over(
    monkeypatch: pytest.MonkeyPatch,
    heard: list[Any],
) -> None:
    """Pre-hijacking: Mallory signed up with Ann's address and waits."""
    with context.entered(context.RequestContext(ip="198.51.100.66")):
        sign_up(name="Mallory")
        pending = log_in(required=True)
    assert isinstance(pending, Pending)
    mallory = User.objects.get()
    lockouts.remember(mallory.pk)
    Authenticator.objects.create(user=mallory, type="totp", data={})
    KnownDevice.objects.create(user=mallory, digest="d")
    away = links.make(mallory, Purpose.CHANGE_EMAIL, email_key="mallory@example.com")
    monkeypatch.setattr(recovery, "_second_factor", _nobody_is_asked)

    ann = recovery.confirm_reset(key=asked(), password=NEW)

    assert (ann.name, is_verified(ann.pk), ann.epoch) == ("", True, 1)
    for kept in (Authenticator, KnownAddress, KnownDevice, MailLink):
        assert not kept.objects.exists(), kept
    with pytest.raises(FlowInvalid):
        flows.waiting(pending.flow_token, flows.Purpose.EMAIL)
    with pytest.raises(LinkInvalid):
        links.look(away.rpartition("=")[2], Purpose.CHANGE_EMAIL)
    assert heard == [credentials_changed]
    assert Event.objects.get(action=Action.TAKEN_OVER).details == {"factors": 1}
    assert not ann.check_password(PASSWORD)


def _nobody_is_asked(
    user: User,
    proof: Any,
) -> None:
    raise AssertionError("the factors of an unproven account are its maker's")


def test_an_address_that_is_proven_meanwhile_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    UserFactory(email=EMAIL)
    key, answers = asked(), iter([False, True])
    monkeypatch.setattr(verification, "is_verified", lambda user_id: next(answers))
    with pytest.raises(Unavailable):
        recovery.confirm_reset(key=key, password=NEW)
    assert links.look(key, Purpose.RESET_PASSWORD)
