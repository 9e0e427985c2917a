"""An address is proven by a mailed link, which signs nobody in."""

from typing import Any

import pytest

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import CodeInvalid, FlowInvalid, LinkInvalid
from accounts.flows import Authenticated, Pending
from accounts.flows.verification import is_verified
from accounts.models import MailLink, User
from accounts.services import verification
from config.errors import Forbidden, TooManyRequests
from tests.accounts.flows.doors import log_in, mailed_code, sign_up
from tests.conftest import Together
from tests.factories import UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db


def begun() -> str:
    """Sign Ann up; return her flow token."""
    outcome = sign_up(required=True)
    assert isinstance(outcome, Pending)
    return outcome.flow_token


def test_the_sign_up_mail_holds_a_link_below_the_issuer_beside_the_code(
    settings: Any,
) -> None:
    begun()
    mail = last_mail()
    assert mail.url.startswith(f"{settings.ISSUER}/account/verify-email/?key=")
    assert mailed_code() in mail.text and "one day" in mail.text


def test_the_link_proves_the_address_once_and_ends_the_flow_of_its_maker() -> None:
    flow_token, code, key = begun(), mailed_code(), last_mail().key

    user = verification.verify_by_link(key=key)

    assert is_verified(user.pk)
    assert Event.objects.get(action=Action.EMAIL_VERIFIED).target_id == str(user.pk)
    with pytest.raises(LinkInvalid):
        verification.verify_by_link(key=key)
    for typed in ("AAAA-AAAA", code):
        with pytest.raises((FlowInvalid, CodeInvalid)):
            flows.verify_email(
                flows.waiting(flow_token, flows.Purpose.EMAIL), code=typed
            )
    assert isinstance(log_in(required=True), Authenticated)


def test_another_code_brings_another_link_and_kills_the_one_before() -> None:
    flow_token, first = begun(), last_mail().key
    flows.resend_code(flows.waiting(flow_token, flows.Purpose.EMAIL))
    second = last_mail().key
    with pytest.raises(LinkInvalid):
        verification.verify_by_link(key=first)
    assert is_verified(verification.verify_by_link(key=second).pk)


def test_signing_in_unverified_mails_a_link_too() -> None:
    begun()
    assert isinstance(log_in(required=True), Pending)
    assert last_mail().key


def test_a_taken_address_is_never_mailed_a_link() -> None:
    UserFactory(email="ann@example.com", verified=False)
    flow_token = begun()
    flows.resend_code(flows.waiting(flow_token, flows.Purpose.EMAIL))
    assert len(mails()) == 2
    assert not any(mail.url for mail in mails())
    assert not MailLink.objects.exists()


def test_a_link_of_a_proven_address_does_no_harm() -> None:
    flow_token, key = begun(), last_mail().key
    flows.verify_email(
        flows.waiting(flow_token, flows.Purpose.EMAIL), code=mailed_code()
    )
    verification.verify_by_link(key=key)
    assert Event.objects.filter(action=Action.EMAIL_VERIFIED).count() == 1


def test_whoever_has_moved_or_was_disabled_proves_nothing() -> None:
    begun()
    key = last_mail().key
    for change in ({"email_key": "new@example.com"}, {"is_active": False}):
        User.objects.update(**change)
        with pytest.raises(LinkInvalid):
            verification.verify_by_link(key=key)
    assert not is_verified(User.objects.get().pk)


def test_a_signed_in_person_asks_for_a_link_and_a_proven_one_gets_none() -> None:
    user = UserFactory.create(verified=False)
    verification.send_verification(user, acting_user=user)
    verification.verify_by_link(key=last_mail(user.email).key)
    verification.send_verification(user, acting_user=user)
    assert len(mails()) == 1


def test_five_an_hour_are_mailed_and_to_nobody_elses_account() -> None:
    user = UserFactory.create(verified=False)
    for _ in range(5):
        verification.send_verification(user, acting_user=user)
    with pytest.raises(TooManyRequests):
        verification.send_verification(user, acting_user=user)
    with pytest.raises(Forbidden):
        verification.send_verification(user, acting_user=UserFactory.create())


@pytest.mark.django_db(transaction=True)
def test_of_twelve_uses_at_once_one_wins(together: Together) -> None:
    begun()
    key = last_mail().key
    said = together(12, lambda _: verification.verify_by_link(key=key))
    assert sum(isinstance(s, User) for s in said) == 1
    assert sum(isinstance(s, LinkInvalid) for s in said) == 11
    assert Event.objects.filter(action=Action.EMAIL_VERIFIED).count() == 1
