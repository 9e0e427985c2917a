"""Mailing a new link to somebody whose account was made for them."""

from typing import Any

import pytest
from django.utils import timezone

from accounts import flows, services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import LinkInvalid
from accounts.models import MailLink, User
from accounts.services import recovery
from accounts.services.users import NewUser
from config.errors import Conflict, Forbidden, NotFound, TooManyRequests
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db

NEW = "seven green tractors at noon"


@pytest.fixture
def ann() -> User:
    """Somebody who was invited and never came in."""
    new = NewUser("ann@example.com", name="Ann", send_invite=True)
    return services.create_user(new, acting_user=None)


def test_the_link_before_is_dead_and_the_new_one_is_an_invitation(ann: User) -> None:
    first, operator = last_mail().key, UserFactory(is_superuser=True)
    services.invite_user(ann, acting_user=operator)
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=first, password=NEW)
    recovery.confirm_reset(key=last_mail().key, password=NEW)
    ann.refresh_from_db()
    assert ann.name == "Ann" and ann.check_password(NEW)
    event = Event.objects.get(action=Action.USER_INVITED)
    assert (event.actor_id, event.target_id) == (str(operator.pk), str(ann.pk))


def test_one_that_ran_out_is_made_good_by_another(ann: User) -> None:
    MailLink.objects.update(expires_at=timezone.now())
    services.invite_user(ann, acting_user=None)
    assert recovery.confirm_reset(key=last_mail().key, password=NEW).name == "Ann"


def test_who_is_invited_to_what_a_stranger_made_takes_it_over() -> None:
    flows.sign_up(
        email="ann@example.com",
        password=None,
        name="Written by a stranger",
        verification_required=True,
        state={},
    )
    ann = User.objects.get()
    services.invite_user(ann, acting_user=None)
    services.invite_user(ann, acting_user=None)
    assert recovery.confirm_reset(key=last_mail().key, password=NEW).pk == ann.pk
    ann.refresh_from_db()
    assert ann.name == "" and ann.check_password(NEW)
    assert Event.objects.filter(action=Action.TAKEN_OVER).exists()


def test_an_account_that_was_made_without_a_mail_can_be_invited() -> None:
    new = NewUser("ann@example.com", name="Ann", verified=True)
    user = services.create_user(new, acting_user=None)
    services.invite_user(user, acting_user=None)
    assert last_mail().to == "ann@example.com" and "/reset/key/" in last_mail().url


@pytest.mark.parametrize(
    "trait",
    [{"password": PASSWORD}, {"last_login": timezone.now()}, {"is_active": False}],
)
def test_who_came_in_or_is_shut_out_is_not_invited(
    ann: User,
    trait: dict[str, Any],
) -> None:
    """Whatever the caller read before: the row as it is now decides."""
    User.objects.filter(pk=ann.pk).update(**trait)
    stale, fresh = ann, User.objects.get(pk=ann.pk)
    for user in (stale, fresh):
        with pytest.raises(Conflict):
            services.invite_user(user, acting_user=None)
    assert len(mails()) == 1
    assert not Event.objects.filter(action=Action.USER_INVITED).exists()


def test_nobody_but_a_superuser_invites(ann: User) -> None:
    for other in (ann, UserFactory(is_staff=True)):
        with pytest.raises(Forbidden):
            services.invite_user(ann, acting_user=other)
    assert len(mails()) == 1


def test_the_deleted_are_not_found(ann: User) -> None:
    User.objects.filter(pk=ann.pk).delete()
    with pytest.raises(NotFound):
        services.invite_user(ann, acting_user=None)


def test_an_address_is_mailed_only_so_often(
    ann: User,
    settings: Any,
) -> None:
    """The first one, at creation, counts."""
    settings.LIMITS = {**settings.LIMITS, "resend_account": "2/h"}
    services.invite_user(ann, acting_user=None)
    key = last_mail().key
    with pytest.raises(TooManyRequests):
        services.invite_user(ann, acting_user=None)
    assert recovery.confirm_reset(key=key, password=NEW) == ann


@pytest.mark.django_db(transaction=True)
def test_of_links_mailed_at_once_one_is_good(
    ann: User,
    together: Together,
    settings: Any,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "resend_account": "99/h"}
    done = together(4, lambda _: services.invite_user(ann, acting_user=None))
    assert all(isinstance(one, User) for one in done)
    assert MailLink.objects.filter(claimed_at=None).count() == 1
