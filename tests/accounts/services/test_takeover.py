"""Whoever proves an address has the account; its maker keeps nothing of it."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, FlowInvalid, InvalidCredentials
from accounts.flows import verification
from accounts.mail import letters, links
from accounts.mail.links import Purpose
from accounts.models import KnownAddress, KnownDevice, MailLink, User
from accounts.services import recovery, takeover
from config.errors import InvalidInput
from social.models import Identity
from tenants.models import Membership
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    IdentityFactory,
    MembershipFactory,
    SessionFactory,
    UserFactory,
)
from tests.mailbox import last_mail, mails
from tokens import minting
from tokens.errors import TokenRevoked
from tokens.models import Revocation, Session
from tokens.oidc.models import Consent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
EMAIL = "ann@example.com"
NEW = "seven green tractors at noon"


class Mallory:
    """Somebody who made an account with Ann's address, and everything they left in it."""

    def __init__(self) -> None:
        made = UserFactory(email=EMAIL, verified=False, name="Mallory", language="de")
        self.user: User = made
        for kind in ("totp", "webauthn", "recovery_codes"):
            Authenticator.objects.create(user=made, type=kind, data={})
        KnownAddress.objects.create(user=made, ip="198.51.100.66")
        KnownDevice.objects.create(user=made, digest="d")
        for purpose in (Purpose.RESET_PASSWORD, Purpose.VERIFY_EMAIL):
            links.make(made, purpose)
        application = ApplicationFactory()
        Consent.objects.create(user=made, application=application, audience="a")
        IdentityFactory(user=made)
        self.membership = MembershipFactory(user=made)
        self.session = SessionFactory(user=made)
        self.tokens = minting.issue(self.session.sid)
        self.flows = [
            flows.ask_for(made, purpose).extra["flow_token"]
            for purpose in (flows.Purpose.RESET, flows.Purpose.SIGN_IN)
        ]

    def keeps_nothing(self) -> None:
        """Assert that nothing of theirs is left."""
        for kept in (
            Authenticator,
            KnownAddress,
            KnownDevice,
            MailLink,
            Consent,
            Identity,
        ):
            assert not kept.objects.exists(), kept
        session = Session.objects.get(pk=self.session.pk)
        assert session.revoked_at is not None
        assert Revocation.objects.exists()
        with pytest.raises(TokenRevoked):
            minting.issue(self.session.sid)
        for flow_token in self.flows:
            with pytest.raises(FlowInvalid):
                flows.waiting(flow_token, flows.Purpose.RESET, flows.Purpose.SIGN_IN)
        assert list(Membership.objects.filter(pk=self.membership.pk))
        self.user.refresh_from_db()
        assert not self.user.check_password(PASSWORD)
        assert verification.is_verified(self.user.pk)


def test_whom_a_provider_vouches_for_has_the_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[Any] = []
    write = letters.write

    def noting(
        letter: str,
        **told: Any,
    ) -> None:
        written.append((letter, told["to"], told["language"]))
        write(letter, **told)

    mallory = Mallory()
    monkeypatch.setattr(letters, "write", noting)
    ann = takeover.take_over_vouched(mallory.user, name="Ann")
    assert (ann.pk, ann.name, ann.epoch) == (mallory.user.pk, "Ann", 1)
    mallory.keeps_nothing()
    assert not ann.has_usable_password()
    assert written == [("taken-over", EMAIL, "de")] and mails(EMAIL)
    event = Event.objects.get(action=Action.TAKEN_OVER)
    assert event.target_id == str(ann.pk) and event.details == {"factors": 3}


def test_whoever_resets_the_password_has_it_too() -> None:
    mallory = Mallory()
    recovery.request_reset(email=EMAIL)
    ann = recovery.confirm_reset(key=last_mail(EMAIL).key, password=NEW)
    mallory.keeps_nothing()
    assert ann.check_password(NEW) and ann.name == ""


def test_a_proven_account_is_nobody_elses() -> None:
    ann = UserFactory(email=EMAIL)
    IdentityFactory(user=ann)
    with pytest.raises(EmailTaken):
        takeover.take_over_vouched(ann, name="Mallory")
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD) and Identity.objects.exists()


@pytest.mark.parametrize(
    "traits", [{"is_active": False}, {"is_staff": True}, {"is_superuser": True}]
)
def test_neither_disabled_accounts_nor_operators_change_hands(
    traits: dict[str, Any],
) -> None:
    user = UserFactory(email=EMAIL, verified=False, **traits)
    with pytest.raises(InvalidCredentials):
        takeover.take_over_vouched(user, name="Ann")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    taken = Event.objects.filter(action=Action.TAKEN_OVER)
    assert not taken.exists() and not mails()


def test_an_account_that_changed_meanwhile_is_looked_at_again() -> None:
    user = UserFactory(email=EMAIL, verified=False)
    User.objects.filter(pk=user.pk).update(epoch=5, updated_at=timezone.now())
    with pytest.raises(InvalidCredentials):
        takeover.take_over_vouched(user, name="Ann")


def test_a_vouched_account_has_no_password_and_a_proven_address() -> None:
    ann = takeover.make_vouched(email="Ann@Example.com", name="Ann")
    assert (ann.email_key, ann.name) == (EMAIL, "Ann")
    assert not ann.has_usable_password() and verification.is_verified(ann.pk)
    assert Event.objects.get(action=Action.USER_REGISTERED).target_id == str(ann.pk)
    with pytest.raises(EmailTaken):
        takeover.make_vouched(email=EMAIL, name="")
    with pytest.raises(InvalidInput):
        takeover.make_vouched(email="no address", name="")


def test_a_name_that_nobody_may_have_is_left_out() -> None:
    assert takeover.make_vouched(email=EMAIL, name="a\u202eb").name == ""
