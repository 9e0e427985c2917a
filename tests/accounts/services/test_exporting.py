"""Everybody, in the form in which they are imported again."""

import json
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test.utils import CaptureQueriesContext

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.flows import verification
from accounts.models import User
from accounts.services import export_users, exporting
from accounts.services.importing import Import, import_users
from accounts.transfer.firebase import FirebaseProject
from accounts.transfer.rows import Line
from tests.accounts.hashers.vectors import FIREBASE_CONFIG, PUBLISHED
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def exported() -> list[str]:
    """Return the lines of an export."""
    return list(export_users(acting_user=None))


def test_a_line_has_all_that_an_import_takes() -> None:
    ann = UserFactory.create(email="Ann@example.com", name="Ann")
    bob = UserFactory.create(email="bob@example.com", verified=False)
    User.objects.filter(pk=bob.pk).update(password=make_password(None))

    first, second = map(json.loads, exported())

    assert first == {
        "email": "Ann@example.com",
        "email_verified": True,
        "name": "Ann",
        "password_hash": ann.password,
        "is_active": True,
        "created_at": ann.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert first["password_hash"].startswith("bcrypt_sha256$$2b$")
    assert second["password_hash"] is None and not second["email_verified"]


def test_the_event_stands_before_the_first_line() -> None:
    UserFactory.create_batch(3)
    lines = export_users(acting_user=None)
    next(lines)

    event = Event.objects.get()
    assert event.action == Action.USERS_EXPORTED
    assert event.details == {"users": 3}
    assert list(export_users(acting_user=None)) and Event.objects.count() == 2


def test_pages_miss_nobody_and_cost_one_query_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.db import connection

    monkeypatch.setattr(exporting, "PAGE", 2)
    users = UserFactory.create_batch(5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = [json.loads(line)["email"] for line in exported()]
    assert found == [user.email for user in users]
    assert len(queries) == 2 + 4  # count and event; pages, the last one empty


def test_an_empty_instance_exports_nothing() -> None:
    assert exported() == []


def test_the_round_trip_loses_nothing_and_everybody_still_gets_in() -> None:
    project = FirebaseProject.of_text(FIREBASE_CONFIG)
    rows: list[dict[str, Any]] = [
        {"email": f"P{n}@example.com", "name": f"Nº {n}", "verified": n % 2 == 0, **row}
        for n, (row, _) in enumerate(PUBLISHED)
    ]
    rows.append({"email": "off@example.com", "is_active": False, "password_hash": None})
    given = (Line(n, json.dumps(row).encode()) for n, row in enumerate(rows, 1))
    done = [
        o.outcome
        for batch in import_users(given, Import(firebase=project), acting_user=None)
        for o in batch
    ]
    UserFactory.create(email="ours@example.com")
    assert set(done) == {"created"}
    before = exported()
    ids = set(User.objects.values_list("pk", flat=True))

    User.objects.all().delete()
    assert not verification.is_filed("ours@example.com")
    again = (Line(n, line.encode()) for n, line in enumerate(before, 1))
    list(import_users(again, Import(), acting_user=None))

    assert exported() == before
    assert ids.isdisjoint(User.objects.values_list("pk", flat=True))
    assert User.objects.get(email="ours@example.com").check_password(PASSWORD)
    for n, (_, password) in enumerate(PUBLISHED):
        assert User.objects.get(email=f"P{n}@example.com").check_password(password)
