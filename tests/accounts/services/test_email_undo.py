"""The way back: whoever moved an account away can neither use nor kill it."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import LinkInvalid, MfaRequired
from accounts.flows.verification import is_verified
from accounts.models import KnownAddress, User
from accounts.privacy import services as privacy
from accounts.services import access, email, recovery
from tests.accounts.services.test_email import NEW, OLD, moved
from tests.authenticators import App, has_app
from tests.factories import UserFactory
from tests.mailbox import last_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    """Somebody with a proven address."""
    user: User = UserFactory.create(email=OLD)
    return user


def test_undoing_gives_the_account_back_and_leaves_the_mover_nothing(
    ann: User,
) -> None:
    app = has_app(ann)
    moved(ann)
    undo = last_mail(OLD).key
    Authenticator.objects.create(user=ann, type="webauthn", data={})
    KnownAddress.objects.create(user=ann, ip="198.51.100.66")
    recovery.request_reset(email=NEW)
    reset = last_mail(NEW).key

    user = email.undo_change(key=undo)

    assert (user.email, user.email_key) == (OLD, "ann@example.com")
    assert (user.epoch, user.has_usable_password()) == (1, False)
    assert is_verified(user.pk) and not KnownAddress.objects.exists()
    assert Authenticator.objects.get().type == "totp"  # from before the change
    assert Event.objects.filter(action=Action.EMAIL_CHANGE_UNDONE).count() == 1
    with pytest.raises(LinkInvalid):
        recovery.confirm_reset(key=reset, password="mallory's new passphrase")
    _reset(last_mail(OLD).key, app)
    with pytest.raises(LinkInvalid):
        email.undo_change(key=undo)


def _reset(
    key: str,
    app: App,
) -> None:
    """Choose a new password with the app that is left."""
    new = "seven green tractors at noon"
    with pytest.raises(MfaRequired) as asked:
        recovery.confirm_reset(key=key, password=new)
    flow_token = asked.value.extra["flow_token"]
    proof = {"flow_token": flow_token, "method": "totp", "code": app.code()}
    recovery.confirm_reset(key=key, password=new, proof=proof)


def test_a_reset_by_the_mover_does_not_kill_the_way_back(ann: User) -> None:
    moved(ann)
    undo = last_mail(OLD).key
    recovery.request_reset(email=NEW)
    recovery.confirm_reset(key=last_mail(NEW).key, password="mallory's passphrase")
    assert email.undo_change(key=undo).email == OLD


def test_moving_on_does_not_kill_the_way_back_but_that_kills_later_ones(
    ann: User,
) -> None:
    moved(ann)
    first = last_mail(OLD).key
    moved(ann, "third@example.org")
    second = last_mail(NEW).key
    assert email.undo_change(key=first).email == OLD
    with pytest.raises(LinkInvalid):
        email.undo_change(key=second)


def test_the_mover_cannot_kill_the_way_back_by_undoing_a_later_change(
    ann: User,
) -> None:
    moved(ann)
    first = last_mail(OLD).key
    moved(ann, "third@example.org")
    assert email.undo_change(key=last_mail(NEW).key).email == NEW
    assert email.undo_change(key=first).email == OLD


def test_an_old_address_that_somebody_took_stays_theirs(ann: User) -> None:
    moved(ann)
    undo = last_mail(OLD).key
    UserFactory(email=OLD)
    with pytest.raises(LinkInvalid):
        email.undo_change(key=undo)


def test_who_moved_an_account_and_left_it_has_not_taken_it_away(ann: User) -> None:
    moved(ann)
    undo = last_mail(OLD).key
    ann.refresh_from_db()
    leaving = privacy.request_erasure(ann, acting_user=ann)
    assert leaving.erase_at is not None and not leaving.is_active
    keep = last_mail(NEW).key

    user = email.undo_change(key=undo)

    assert (user.is_active, user.erase_at, user.email) == (True, None, OLD)
    assert not user.has_usable_password()
    assert Event.objects.filter(action=Action.ERASURE_CANCELLED).count() == 1
    with pytest.raises(LinkInvalid):
        privacy.keep_account(keep)
    recovery.confirm_reset(
        key=last_mail(OLD).key, password="seven green tractors at noon"
    )


@pytest.mark.parametrize("leaving", [False, True])
def test_what_an_operator_shut_stays_shut(
    ann: User,
    leaving: bool,
) -> None:
    moved(ann)
    undo = last_mail(OLD).key
    ann.refresh_from_db()
    if leaving:
        privacy.request_erasure(ann, acting_user=ann)
    access.disable_user(ann, acting_user=None)
    with pytest.raises(LinkInvalid):
        email.undo_change(key=undo)
    ann.refresh_from_db()
    assert (ann.is_active, ann.email_key) == (False, "ann.new@example.org")


def test_who_registers_the_old_address_does_not_stop_its_owner(ann: User) -> None:
    moved(ann)
    undo = last_mail(OLD).key
    squatter = UserFactory(email=OLD, verified=False)
    assert email.undo_change(key=undo).pk == ann.pk
    squatter.refresh_from_db()
    assert not squatter.is_active and squatter.email_key.endswith(".invalid")
    assert User.objects.get(email_key="ann@example.com").pk == ann.pk
    assert privacy.erase_due() == 1
    ann.refresh_from_db()
    assert ann.is_active and ann.email == OLD


@pytest.mark.parametrize("traits", [{"is_superuser": True}, {"is_staff": True}])
def test_who_runs_the_instance_does_not_give_way(
    ann: User,
    traits: dict[str, bool],
) -> None:
    moved(ann)
    undo = last_mail(OLD).key
    UserFactory(email=OLD, verified=False, **traits)
    with pytest.raises(LinkInvalid):
        email.undo_change(key=undo)
