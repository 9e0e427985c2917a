"""Users from elsewhere: what is stored, what is left alone, and who wins a race."""

import json
from collections.abc import Iterator
from typing import Any

import bcrypt
import pytest
from django.db import IntegrityError, OperationalError

from accounts import services
from accounts.audit import services as audit
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.flows import verification
from accounts.models import User
from accounts.services import importing
from accounts.services.importing import Import, Outcome, import_users
from accounts.transfer.rows import Line
from config.errors import Forbidden
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

HASH = "$2b$04$" + bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()[7:]


def file_of(*rows: dict[str, Any] | str) -> Iterator[Line]:
    """Yield these rows as lines; a text is an address."""
    for number, row in enumerate(rows, 1):
        whole = {"email": row} if isinstance(row, str) else row
        whole = {"password_hash": HASH, **whole}
        yield Line(number, json.dumps(whole).encode())


def imported(
    *rows: dict[str, Any] | str,
    **options: Any,
) -> list[Outcome]:
    """Import these rows and return what became of them."""
    run = Import(**options)
    batches = import_users(file_of(*rows), run, acting_user=None)
    return [outcome for batch in batches for outcome in batch]


def told(outcomes: list[Outcome]) -> list[tuple[int, str, str]]:
    """Return line, outcome and reason of each."""
    return [(o.line, o.outcome, o.why) for o in outcomes]


def test_a_user_is_stored_with_their_address_and_their_hash() -> None:
    outcomes = imported(
        {
            "email": "Ann@Example.com",
            "verified": True,
            "name": "Ann",
            "created_at": "2020-01-02T03:04:05Z",
        },
        {"email": "bob@example.com", "is_active": False, "password_hash": None},
    )

    assert outcomes == [
        Outcome(1, "Ann@Example.com", "created"),
        Outcome(2, "bob@example.com", "created"),
    ]
    ann, bob = User.objects.order_by("pk")
    assert (ann.email, ann.email_key) == ("Ann@Example.com", "ann@example.com")
    assert (ann.name, ann.is_staff, ann.is_superuser) == ("Ann", False, False)
    assert ann.created_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert ann.password == "bcrypt$" + HASH and ann.check_password(PASSWORD)
    assert not bob.has_usable_password() and not bob.is_active
    assert verification.verified_ids([ann.pk, bob.pk]) == {ann.pk}
    assert verification.is_filed("bob@example.com")


def test_each_batch_has_one_event_without_anything_secret() -> None:
    imported(*(f"p{n}@example.com" for n in range(5)), batch=2)

    events = list(Event.objects.order_by("pk"))
    assert [e.action for e in events] == [Action.USERS_IMPORTED] * 3
    assert [e.details for e in events] == [
        {"users": 2, "lines": [1, 2]},
        {"users": 2, "lines": [3, 4]},
        {"users": 1, "lines": [5, 5]},
    ]
    assert HASH not in json.dumps([e.details for e in events])
    assert events[0].actor_type == "system"


def test_who_exists_is_left_as_they_are() -> None:
    ann = UserFactory.create(email="Ann@example.com", name="Old", verified=False)
    before = User.objects.filter(pk=ann.pk).values().get()

    outcomes = imported(
        {"email": "ANN@EXAMPLE.com", "name": "New", "verified": True},
        {"email": "Ann@example.com", "is_active": False},
    )

    assert told(outcomes) == [
        (1, "exists", "as Ann@example.com"),
        (2, "refused", "line 1 has the same address, spelled otherwise"),
    ]
    assert User.objects.filter(pk=ann.pk).values().get() == before
    assert not verification.is_verified(ann.pk)
    assert not Event.objects.exists()


def test_another_address_of_an_account_is_an_account_too() -> None:
    from allauth.account.models import EmailAddress

    ann = UserFactory.create(email="ann@example.com")
    EmailAddress.objects.create(user=ann, email="second@example.com", verified=False)

    outcomes = imported("second@example.com")

    assert told(outcomes) == [(1, "exists", "another address of an account")]
    assert User.objects.count() == 1


def test_one_address_in_any_spelling_is_taken_once() -> None:
    outcomes = imported(
        "straße@example.com",
        "ann@exämple.com",
        "ann@xn--exmple-cua.com",
        "STRASSE@example.com",
        "\uff41nn@example.com",
        "ann@example.com",
        {"email": "bob@example.com", "name": "\x00"},
        "bob@example.com",
        batch=3,
    )

    assert told(outcomes) == [
        (1, "created", ""),
        (2, "created", ""),
        (3, "refused", "line 2 has the same address, spelled otherwise"),
        (4, "refused", "line 1 has the same address, spelled otherwise"),
        (5, "created", ""),
        (6, "refused", "line 5 has the same address"),
        (7, "refused", "name: Control characters are not allowed."),
        (8, "created", ""),
    ]


def test_a_dry_run_says_what_would_happen_and_writes_nothing() -> None:
    UserFactory.create(email="ann@example.com")

    outcomes = imported(
        "ann@example.com", "bob@example.com", "no address", dry_run=True
    )

    assert [o.outcome for o in outcomes] == ["exists", "valid", "refused"]
    assert User.objects.count() == 1
    assert not verification.is_filed("bob@example.com")
    assert not Event.objects.exists()


def test_the_same_file_again_changes_nothing() -> None:
    rows = [f"p{n}@example.com" for n in range(5)]
    imported(*rows, batch=2)
    before = list(User.objects.order_by("pk").values())
    events = Event.objects.count()

    assert {o.outcome for o in imported(*rows, batch=3)} == {"exists"}
    assert list(User.objects.order_by("pk").values()) == before
    assert Event.objects.count() == events


def test_a_crash_loses_one_batch_and_the_next_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [f"p{n}@example.com" for n in range(6)]

    def failing(*args: Any, **options: Any) -> Any:
        if options["details"]["lines"][0] == 3:
            raise RuntimeError
        return audit.record(*args, **options)

    monkeypatch.setattr(importing, "record", failing)
    with pytest.raises(RuntimeError):
        imported(*rows, batch=2)
    assert set(User.objects.values_list("email", flat=True)) == set(rows[:2])
    assert not verification.is_filed(rows[2])
    monkeypatch.undo()

    outcomes = [o.outcome for o in imported(*rows, batch=2)]
    assert outcomes == ["exists"] * 2 + ["created"] * 4


def test_nobody_but_a_superuser_imports() -> None:
    user = UserFactory.create()
    with pytest.raises(Forbidden):
        next(import_users(file_of("x@example.com"), Import(), acting_user=user))
    with pytest.raises(Forbidden):
        next(services.export_users(acting_user=user))
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (IntegrityError("somebody was faster"), 10),
        (OperationalError(1213, "Deadlock found"), 10),
        (OperationalError(2006, "MySQL server has gone away"), 1),
    ],
)
def test_a_lost_race_is_run_again_and_not_without_end(
    fault: Exception,
    tries: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    def losing(rows: Any) -> Any:
        seen.append(1)
        raise fault

    monkeypatch.setattr(importing, "_taken", losing)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(type(fault)):
        imported("x@example.com")
    assert len(seen) == tries


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", [1, 7, 100])
def test_of_parallel_imports_of_one_file_each_user_comes_out_once(
    together: Together,
    batch: int,
) -> None:
    rows = [f"p{n}@example.com" for n in range(40)]

    def run(number: int) -> list[Outcome]:
        mine = rows if number % 2 else rows[::-1]
        return imported(*mine, batch=batch)

    runs = together(4, run)

    assert [r for r in runs if isinstance(r, Exception)] == []
    created = [o.email for outcomes in runs for o in outcomes if o.outcome == "created"]
    assert sorted(created) == sorted(rows)
    assert sorted(User.objects.values_list("email", flat=True)) == sorted(rows)
    assert sum(e.details["users"] for e in Event.objects.all()) == len(rows)
    assert all(verification.is_filed(row) for row in rows)


@pytest.mark.django_db(transaction=True)
def test_an_import_and_a_creation_at_once_make_one_account(together: Together) -> None:
    from accounts.services.users import NewUser

    def run(number: int) -> Any:
        if number:
            return imported("ann@example.com")
        return services.create_user(NewUser(email="Ann@example.com"), acting_user=None)

    together(4, run)

    assert User.objects.count() == 1
