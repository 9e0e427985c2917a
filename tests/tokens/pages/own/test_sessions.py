"""The list of sessions, and their end."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.conftest import Together
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tests.tokens.pages.browsers import Browser, copy_of, session_at, signed_in
from tests.tokens.pages.own.test_security import form_token
from tokens.models import Session

pytestmark = pytest.mark.django_db

PAGE = "sessions/"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"


def live() -> set[UUID]:
    return set(Session.objects.live().values_list("sid", flat=True))


def test_all_are_listed_also_those_of_applications(
    ann: User,
    browser: Browser,
) -> None:
    phone = SessionFactory(user=ann, application=ApplicationFactory(name="Orders"))
    phone.login.user_agent, phone.login.ip = SAFARI, "2001:db8::7"
    phone.login.save()
    SessionFactory(application__name="Somebody else's")
    over = session_at(ann)
    over.revoked_at = timezone.now()
    over.save()
    page = browser.read(PAGE)
    assert page.index("Firefox on Linux") < page.index("Safari on iPhone")
    assert "Orders · 2001:db8::7 · last used 20" in page and "This one" in page
    assert "203.0.113.9" in page and "Somebody else" not in page
    assert str(phone.sid) in page and str(over.sid) not in page
    assert browser.session and str(browser.session.sid) not in page


def test_alone_there_are_no_others_to_end(browser: Browser) -> None:
    assert "Sign out all others" not in browser.read(PAGE)


def test_a_device_that_said_nothing_is_unknown(
    ann: User,
    browser: Browser,
) -> None:
    SessionFactory(user=ann)
    assert "Unknown device" in browser.read(PAGE)


def test_many_are_paged(
    ann: User,
    browser: Browser,
) -> None:
    for _ in range(27):
        SessionFactory(user=ann, application=browser.session.application)  # type: ignore[union-attr]
    page = browser.read(PAGE)
    more = re.search(r'href="(\?before=[\w-]+)"', page)
    assert more and page.count("/end/") == 27
    older = browser.read(PAGE + more[1])
    assert older.count("/end/") == 2 + 2 and "This one" not in older
    assert "?before=" not in older


@pytest.mark.parametrize("before", ["x", "'", "1" * 500, "é"])
def test_a_page_that_is_none_is_refused(
    browser: Browser,
    before: str,
) -> None:
    answer = browser.client.get(f"/account/{PAGE}", {"before": before})
    assert answer.status_code == 400


def test_one_is_ended(
    ann: User,
    browser: Browser,
) -> None:
    phone = signed_in(ann)
    assert phone.session and browser.session
    path = f"sessions/{phone.session.sid}/end/"
    answer = browser.send(path, form=PAGE)
    assert (answer.status_code, answer["Location"]) == (302, "/account/sessions/")
    assert "That device was signed out." in browser.read(PAGE)
    assert phone.open("").status_code == 302
    assert live() == {browser.session.sid}
    assert browser.send(path, form=PAGE).status_code == 404
    assert Event.objects.filter(action=Action.SESSION_ENDED).count() == 1


def test_somebody_elses_is_not_found(browser: Browser) -> None:
    other = session_at(UserFactory())
    answer = browser.send(f"sessions/{other.sid}/end/", form=PAGE)
    assert answer.status_code == 404
    assert other.sid in live()


def test_ones_own_ends_here(browser: Browser) -> None:
    assert browser.session
    answer = browser.send(f"sessions/{browser.session.sid}/end/", form=PAGE)
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert live() == set() and browser.open("").status_code == 302


def test_others_are_ended_and_this_one_stays(
    ann: User,
    browser: Browser,
) -> None:
    phone, thief = signed_in(ann), copy_of(browser)
    bobs = session_at(UserFactory())
    SessionFactory(user=ann)
    for _ in range(2):
        answer = browser.send("sessions/others/end/", form=PAGE)
        assert (answer.status_code, answer["Location"]) == (302, "/account/sessions/")
    assert browser.session
    assert live() == {browser.session.sid, bobs.sid}
    assert phone.open("").status_code == thief.open("").status_code == 302
    assert browser.open("").status_code == 200


def test_all_are_ended_and_this_one_too(
    ann: User,
    browser: Browser,
) -> None:
    SessionFactory(user=ann)
    bobs = session_at(UserFactory())
    answer = browser.send("sessions/all/end/", form=PAGE)
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert live() == {bobs.sid}
    assert browser.open("").status_code == 302
    assert "sid" not in browser.client.session


@pytest.mark.parametrize("name", ["others/end/", "all/end/"])
def test_looking_ends_nothing(
    browser: Browser,
    name: str,
) -> None:
    assert browser.open(f"sessions/{name}").status_code == 405
    assert len(live()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_end_a_session_one_does(
    ann: User,
    browser: Browser,
    together: Together,
) -> None:
    phone = session_at(ann)
    browsers = [browser, *(signed_in(ann) for _ in range(3))]
    tokens = [form_token(each) for each in browsers]

    def end(number: int) -> int:
        given = {"csrfmiddlewaretoken": tokens[number]}
        path = f"/account/sessions/{phone.sid}/end/"
        return int(browsers[number].client.post(path, given).status_code)

    assert {*together(4, end)} <= {302, 404}
    assert phone.sid not in live()
    ended = Event.objects.filter(action=Action.SESSION_ENDED)
    assert ended.count() == 1


def test_using_a_session_is_seen(
    ann: User,
    browser: Browser,
) -> None:
    assert browser.session
    ago = timezone.now() - timedelta(hours=2)
    Session.objects.filter(sid=browser.session.sid).update(rotated_at=ago)
    browser.read(PAGE)
    used: Any = Session.objects.get(sid=browser.session.sid).rotated_at
    assert used > timezone.now() - timedelta(minutes=1)
