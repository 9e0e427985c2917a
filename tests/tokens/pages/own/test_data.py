"""Taking one's data along, and leaving."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.privacy.services import keep_account
from tests.factories import SessionFactory, UserFactory
from tests.mailbox import last_mail
from tests.operators import root
from tests.tokens.pages.browsers import Browser, session_at, signed_in
from tokens.models import Session

pytestmark = pytest.mark.django_db


def test_everything_is_downloaded(
    ann: User,
    browser: Browser,
) -> None:
    UserFactory(email="bob@example.com")
    assert "data-again" in browser.read("data/export/")
    for _ in range(2):
        answer = browser.send("data/export/")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/json"
        name = f'attachment; filename="account-{ann.pk}.json"'
        assert answer["Content-Disposition"] == name
        assert "no-store" in answer["Cache-Control"]
        held = json.loads(answer.content)
        assert held["user_id"] == str(ann.pk) and "accounts" in held["data"]
        text = answer.content.decode()
        assert "ann@example.com" in text and "bob@example.com" not in text
        assert ann.password not in text


def test_too_many_downloads_are_refused(
    browser: Browser,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"export_account": "1/1h"}
    browser.send("data/export/")
    answer = browser.send("data/export/")
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()


def test_leaving_takes_one_tick(
    ann: User,
    browser: Browser,
) -> None:
    answer = browser.send("data/leave/")
    assert answer.status_code == 400
    assert 'id="sure_error"' in answer.content.decode()
    ann.refresh_from_db()
    assert ann.is_active


def test_whoever_leaves_is_out_and_may_come_back(
    ann: User,
    browser: Browser,
    settings: Any,
) -> None:
    SessionFactory(user=ann)
    answer = browser.send("data/leave/", {"sure": "on"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/data/left/")
    until = timezone.now() + timedelta(days=settings.ERASURE_GRACE_DAYS)
    page = browser.read("data/left/")
    assert "Your account is shut" in page and f"{until:%Y-%m-%d}" in page
    assert not Session.objects.live().exists()
    assert browser.open("").status_code == 302
    again = browser.client.post("/account/data/leave/", {"sure": "on"})
    assert again.status_code in (302, 403)
    keep_account(last_mail("ann@example.com").key)
    assert browser.open("").status_code == 302
    ann.refresh_from_db()
    assert signed_in(ann).open("").status_code == 200


def test_the_farewell_is_for_nobody_else(browser: Browser) -> None:
    assert browser.open("data/left/")["Location"] == "/account/login/"


def test_the_last_superuser_cannot_leave(keys: None) -> None:
    boss = root()
    browser = Browser(session_at(boss))
    answer = browser.send("data/leave/", {"sure": "on"})
    assert answer.status_code == 409
    assert "faults" in answer.content.decode()
    assert browser.open("").status_code == 200
