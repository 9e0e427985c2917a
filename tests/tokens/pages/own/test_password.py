"""The password page: this browser stays, every other one goes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.authenticators import has_app
from tests.factories import PASSWORD, SessionFactory
from tests.mailbox import last_mail
from tests.tokens.pages.browsers import Browser, copy_of, signed_in
from tokens.models import Session

pytestmark = pytest.mark.django_db

PAGE = "password/change/"
NEW = "another correct horse battery"


def given(
    current: str = PASSWORD,
    new: str = NEW,
) -> dict[str, str]:
    return {"current_password": current, "new_password": new}


def test_this_browser_stays_and_all_others_are_out(
    ann: User,
    browser: Browser,
) -> None:
    phone, application = signed_in(ann), SessionFactory(user=ann)
    thief = copy_of(browser)
    assert thief.open("").status_code == phone.open("").status_code == 200
    before = browser.cookie

    answer = browser.send(PAGE, given())

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/password/change/",
    )
    assert "Your password was changed" in browser.read(PAGE)
    assert browser.cookie not in ("", before)
    assert thief.open("").status_code == phone.open("").status_code == 302
    application.refresh_from_db()
    assert application.revoked_at is not None
    assert [s.sid for s in Session.objects.live()] == [browser.session.sid]  # type: ignore[union-attr]
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert "password" in last_mail("ann@example.com").subject


def test_the_next_change_works_from_the_same_browser(browser: Browser) -> None:
    assert browser.send(PAGE, given()).status_code == 302
    assert browser.send(PAGE, given(NEW, PASSWORD)).status_code == 302


def test_a_wrong_password_is_told_at_its_field(
    ann: User,
    browser: Browser,
) -> None:
    answer = browser.send(PAGE, given(current="wrong"))
    page = answer.content.decode()
    assert answer.status_code == 401
    assert 'id="current_password_error"' in page
    assert NEW not in page and 'value="wrong"' not in page
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert browser.open("").status_code == 200
    assert Event.objects.filter(action=Action.LOGIN_FAILED, target_id=ann.pk).exists()


@pytest.mark.parametrize("new", ["short", "ann@example.com", "x\x00" * 10, "x" * 5000])
def test_a_password_that_is_none_is_told_at_its_field(
    ann: User,
    browser: Browser,
    new: str,
) -> None:
    answer = browser.send(PAGE, given(new=new))
    assert answer.status_code == 400
    assert 'id="new_password_error"' in answer.content.decode()
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


def test_sending_the_same_form_twice_changes_it_once(browser: Browser) -> None:
    assert browser.send(PAGE, given()).status_code == 302
    assert browser.send(PAGE, given()).status_code == 401
    assert Event.objects.filter(action=Action.PASSWORD_CHANGED).count() == 1


def test_whoever_has_none_is_led_to_a_reset(
    ann: User,
    browser: Browser,
) -> None:
    ann.set_unusable_password()
    ann.save()
    page = signed_in(ann).read(PAGE)
    assert "You have no password" in page and 'href="/account/password/reset/"' in page
    assert 'type="password"' not in page
    assert signed_in(ann).send(PAGE, given()).status_code == 409
    ann.refresh_from_db()
    assert not ann.has_usable_password()


@pytest.mark.parametrize(
    "login",
    [{"amr": ["pwd"]}, {"auth_time": timezone.now() - timedelta(hours=1)}],
    ids=["no factor shown", "long ago"],
)
def test_who_has_a_factor_has_to_have_shown_it_lately(
    ann: User,
    login: dict[str, Any],
) -> None:
    has_app(ann)
    answer = signed_in(ann, **login).send(PAGE, given(), form="")
    assert answer["Location"].startswith("/account/reauthenticate/")
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
