"""Somebody whose account was made for them, and who is mailed a link to come in by."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, LinkInvalid
from accounts.flows import verification
from accounts.mail import links
from accounts.models import MailLink, User
from accounts.services import recovery
from accounts.services.users import NewUser
from config.errors import InvalidInput, ServiceError, TooManyRequests
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db

EMAIL = "ann@example.com"
NEW = "seven green tractors at noon"


def invited(**traits: Any) -> User:
    """Make Ann, who is mailed a link."""
    new = NewUser(EMAIL, **{"name": "Ann", "send_invite": True, **traits})
    return services.create_user(new, acting_user=None)


def test_the_link_is_single_use_and_stored_hashed(caplog: Any) -> None:
    user = invited()
    mail, row = last_mail(), MailLink.objects.get()
    assert mail.to == EMAIL and "/account/password/reset/key/?key=" in mail.url
    assert mail.key not in str(vars(row)) and mail.key not in caplog.text
    assert row.user == user and not user.has_usable_password()
    week = timezone.now() + timedelta(days=7)
    assert abs(row.expires_at - week) < timedelta(minutes=1)
    recovery.confirm_reset(key=mail.key, password=NEW)
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=mail.key, password=NEW + "!")
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("verified", [True, False])
def test_who_arrives_has_the_account_as_it_was_made(verified: bool) -> None:
    """The link proves the address; nobody took anything over."""
    user = invited(verified=verified)
    assert ("Ann" in last_mail().text) is False
    recovery.confirm_reset(key=last_mail().key, password=NEW)
    user.refresh_from_db()
    assert user.name == "Ann" and verification.is_verified(user.pk)
    actions = list(Event.objects.values_list("action", flat=True))
    assert Action.TAKEN_OVER not in actions
    assert (Action.EMAIL_VERIFIED in actions) is not verified


@pytest.mark.parametrize("by", ["the invitation", "the reset"])
def test_who_forgets_what_they_never_had_arrives_all_the_same(by: str) -> None:
    """Anybody may ask for a reset of any address: both links stand until one is used."""
    user, invitation = invited(), last_mail().key
    recovery.request_reset(email=EMAIL)
    keys = {"the invitation": invitation, "the reset": last_mail().key}
    assert len(set(keys.values())) == 2
    recovery.confirm_reset(key=keys.pop(by), password=NEW)
    user.refresh_from_db()
    assert user.name == "Ann" and user.check_password(NEW)
    assert not Event.objects.filter(action=Action.TAKEN_OVER).exists()
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=keys.popitem()[1], password=NEW + "!")


@pytest.mark.parametrize("ended", ["run out", "changed"])
def test_once_the_invitation_is_dead_the_account_is_anybodys_who_made_it(
    ended: str,
) -> None:
    user = invited()
    if ended == "changed":
        services.sign_out_everywhere(user, acting_user=None)
    else:
        MailLink.objects.update(expires_at=timezone.now())
    recovery.request_reset(email=EMAIL)
    recovery.confirm_reset(key=last_mail().key, password=NEW)
    user.refresh_from_db()
    assert user.name == "" and Event.objects.filter(action=Action.TAKEN_OVER).exists()


def test_disabling_somebody_kills_the_link() -> None:
    user = invited()
    services.disable_user(user, acting_user=None)
    services.enable_user(user, acting_user=None)
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=last_mail().key, password=NEW)


def test_nobody_is_mailed_unless_that_was_asked() -> None:
    invited(send_invite=False)
    assert not mails() and not MailLink.objects.exists()


def test_a_password_and_an_invitation_exclude_each_other() -> None:
    with pytest.raises(InvalidInput) as refusal:
        invited(password=PASSWORD)
    assert refusal.value.errors[0].pointer == "#/send_invite"
    assert not User.objects.exists() and not mails()


def test_who_has_an_account_is_mailed_nothing() -> None:
    UserFactory(email=EMAIL)
    with pytest.raises(EmailTaken):
        invited()
    assert not mails() and not MailLink.objects.exists()


def test_an_address_is_mailed_only_so_often(settings: Any) -> None:
    """Made, deleted and made again."""
    settings.LIMITS = {**settings.LIMITS, "resend_account": "2/h"}
    for _ in range(2):
        invited()
        User.objects.all().delete()
    with pytest.raises(TooManyRequests):
        invited()
    assert len(mails()) == 2 and not User.objects.exists()


def test_an_old_link_is_dead() -> None:
    invited()
    MailLink.objects.update(expires_at=timezone.now())
    with pytest.raises(LinkInvalid):
        links.look(last_mail().key, *links.PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_of_eight_uses_at_once_one_wins(together: Together) -> None:
    invited()
    key = last_mail().key

    def use(number: int) -> Any:
        return recovery.confirm_reset(key=key, password=f"{NEW} {number}")

    done = together(8, use)
    assert len([one for one in done if isinstance(one, User)]) == 1
    assert all(isinstance(one, (User, ServiceError)) for one in done)
