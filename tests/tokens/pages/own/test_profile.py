"""The profile page: name, language, and proving the address."""

from typing import Any

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from config import languages
from tests.factories import UserFactory
from tests.mailbox import mails
from tests.tokens.pages.browsers import Browser, signed_in

pytestmark = pytest.mark.django_db


def test_it_says_who_somebody_is(
    ann: User,
    browser: Browser,
) -> None:
    page = browser.read("")
    assert "ann@example.com" in page and str(ann.pk) in page
    assert "Not verified" not in page and "Verified" in page
    assert 'aria-current="page"' in page


def test_a_name_is_changed_and_recorded_once(
    ann: User,
    browser: Browser,
) -> None:
    for _ in range(2):
        answer = browser.send("", {"name": " Änn  "})
        assert (answer.status_code, answer["Location"]) == (302, "/account/")
    ann.refresh_from_db()
    assert ann.name == "Änn"
    assert "Your profile was saved." in browser.read("")
    assert Event.objects.filter(action=Action.USER_CHANGED).count() == 1


@pytest.mark.parametrize("name", ["x" * 151, "a\u202eb", "x" * 700, "a\x00b"])
def test_a_name_that_is_none_is_refused_at_the_field(
    ann: User,
    browser: Browser,
    name: str,
) -> None:
    answer = browser.send("", {"name": name})
    assert answer.status_code == 400
    assert 'id="name_error"' in answer.content.decode()
    ann.refresh_from_db()
    assert ann.name == "Ann"


def test_a_name_is_shown_as_text(browser: Browser) -> None:
    browser.send("", {"name": "<b>Ann</b>"})
    assert "<b>Ann" not in browser.read("")


def test_there_is_no_choice_of_language_where_there_is_one(
    browser: Browser,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(languages, "offered", lambda: ("en",))
    assert 'name="language"' not in browser.read("")


def test_a_language_is_chosen(
    ann: User,
    browser: Browser,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(languages, "offered", lambda: ("en", "de"))
    assert browser.send("", {"name": "Ann", "language": "ar"}).status_code == 400
    assert browser.send("", {"name": "Ann", "language": "de"}).status_code == 302
    ann.refresh_from_db()
    assert ann.language == "de"
    assert '<html lang="de"' in browser.read("")


def test_a_link_is_mailed_to_whoever_did_not_verify(keys: None) -> None:
    bob = UserFactory(email="bob@example.com", verified=False)
    browser = signed_in(bob)
    assert "Not verified" in browser.read("")
    answer = browser.send("email/verify/", form="")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert [mail.to for mail in mails()] == ["bob@example.com"]
    assert "We mailed a link to bob@example.com" in browser.read("")


def test_too_many_links_are_refused(
    keys: None,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"resend_account": "1/1h"}
    browser = signed_in(UserFactory(email="bob@example.com", verified=False))
    browser.send("email/verify/", form="")
    answer = browser.send("email/verify/", form="")
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert len(mails()) == 1


def test_nothing_is_mailed_to_whoever_did_verify(browser: Browser) -> None:
    assert browser.send("email/verify/", form="").status_code == 302
    assert mails() == []
    assert browser.open("email/verify/").status_code == 405
