"""Making users, and changing their names and passwords."""

import uuid
from typing import Any

import pytest
from django.db import connection

from accounts import hashers, services
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, PasswordRefused
from accounts.flows import verification
from accounts.mail import links
from accounts.models import MailLink, User
from accounts.services.users import NewUser, user_of
from accounts.signals import credentials_changed
from config.errors import Forbidden, InvalidInput, NotFound
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "seven green tractors at noon"


@pytest.fixture
def heard() -> Any:
    """Collect what the apps above are told of changed credentials."""
    told: list[dict[str, Any]] = []

    def listen(**kwargs: Any) -> None:
        told.append(kwargs | {"atomic": connection.in_atomic_block})

    credentials_changed.connect(listen)
    yield told
    credentials_changed.disconnect(listen)


def test_a_user_is_made_as_described() -> None:
    new = NewUser(" Ann@Example.com", PASSWORD, name=" Ann ", verified=True)

    user = services.create_user(new, acting_user=None)

    assert (user.email, user.email_key) == ("Ann@Example.com", "ann@example.com")
    assert (user.name, user.is_superuser, user.is_staff) == ("Ann", False, False)
    assert user.check_password(PASSWORD)
    assert verification.is_verified(user.pk)
    event = Event.objects.get()
    assert (event.action, event.actor_type) == (Action.USER_CREATED, "system")


def test_a_superuser_is_recorded_as_one() -> None:
    new = NewUser("ann@example.com", is_superuser=True)

    user = services.create_user(new, acting_user=None)

    assert user.is_superuser and user.is_staff
    assert not user.has_usable_password()
    assert Event.objects.get().action == Action.SUPERUSER_CREATED


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (NewUser("no address"), InvalidInput),
        (NewUser("bob@example.com", "short"), PasswordRefused),
        (NewUser("bob@example.com", name="a\nb"), InvalidInput),
        (NewUser("ＡNN@example.com"), EmailTaken),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    new: NewUser,
    refusal: type[Exception],
) -> None:
    UserFactory.create(email="ann@example.com")

    with pytest.raises(refusal):
        services.create_user(new, acting_user=None)

    assert User.objects.count() == 1
    assert not Event.objects.exists()


def test_only_superusers_make_users() -> None:
    staff = UserFactory.create(is_staff=True)

    with pytest.raises(Forbidden):
        services.create_user(NewUser("bob@example.com"), acting_user=staff)


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_makings_make_one_user(together: Together) -> None:
    new = NewUser("ann@example.com", PASSWORD)

    outcomes = together(20, lambda n: services.create_user(new, acting_user=None))

    kinds = sorted(type(o).__name__ for o in outcomes)
    assert kinds == ["EmailTaken"] * 19 + ["User"]


def test_a_user_is_found_by_any_spelling() -> None:
    ann = UserFactory.create(email="ann@example.com")

    assert user_of(" ANN@example.com") == ann
    for wrong in ("bob@example.com", "no address"):
        with pytest.raises(NotFound):
            user_of(wrong)


def test_a_changed_name_is_recorded_once() -> None:
    ann = UserFactory.create(name="Ann")

    services.change_profile(ann, name="Anne", acting_user=ann)
    services.change_profile(ann, name="Anne", acting_user=ann)

    assert ann.name == "Anne"
    assert [e.action for e in Event.objects.all()] == [Action.USER_CHANGED]
    with pytest.raises(Forbidden):
        services.change_profile(ann, name="Eve", acting_user=UserFactory.create())


def test_a_new_password_ends_what_the_old_one_began(heard: Any) -> None:
    ann, login = UserFactory.create(), uuid.uuid4()

    services.change_password(
        ann, new_password=NEW_PASSWORD, keep_login=login, acting_user=ann
    )

    assert ann.check_password(NEW_PASSWORD) and not ann.check_password(PASSWORD)
    assert ann.epoch == 1
    assert heard[0]["keep_login"] == login and heard[0]["atomic"]
    assert Event.objects.get().action == Action.PASSWORD_CHANGED


def test_a_weak_new_password_changes_nothing(heard: Any) -> None:
    ann = UserFactory.create()

    with pytest.raises(PasswordRefused) as refusal:
        services.change_password(
            ann, new_password="short", keep_login=None, acting_user=ann
        )

    assert refusal.value.errors[0].pointer == "#/new_password"
    assert not heard and ann.epoch == 0


def test_only_a_superuser_changes_somebody_else_s_password() -> None:
    ann, staff = UserFactory.create(), UserFactory.create(is_staff=True)

    with pytest.raises(Forbidden):
        services.change_password(
            ann, new_password=NEW_PASSWORD, keep_login=None, acting_user=staff
        )


@pytest.mark.django_db(transaction=True)
def test_nothing_is_hashed_inside_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.accounts.flows.doors import log_in, sign_up

    inside: list[bool] = []
    lock = hashers.Slots._lock

    def looking(self: hashers.Slots) -> int:
        inside.append(connection.in_atomic_block)
        return lock(self)

    monkeypatch.setattr(hashers.Slots, "_lock", looking)
    new = NewUser("bob@example.com", PASSWORD)
    bob = services.create_user(new, acting_user=None)
    services.change_password(
        bob, new_password=NEW_PASSWORD, keep_login=None, acting_user=bob
    )
    for required in (True, False):
        sign_up(f"ann{required}@example.com", required=required)
        log_in(f"ann{required}@example.com", required=required)

    assert inside == [False] * 6


def test_a_changed_password_is_told_to_its_owner_and_kills_reset_links() -> None:
    user = UserFactory.create(email="Ann@example.com")
    links.make(user, links.Purpose.RESET_PASSWORD)

    services.change_password(
        user, new_password=NEW_PASSWORD, keep_login=None, acting_user=user
    )

    assert last_mail("Ann@example.com").subject == "Your password was changed"
    assert not MailLink.objects.exists()
