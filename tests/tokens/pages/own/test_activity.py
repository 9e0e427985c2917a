"""The trail of one's own account, in plain words."""

import re

import pytest

from accounts import services
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.models import User
from config import context
from config.context import RequestContext
from tests.factories import UserFactory
from tests.operators import root
from tests.tokens.pages.browsers import FIREFOX, Browser

pytestmark = pytest.mark.django_db

PAGE = "activity/"
AT_HOME = RequestContext(ip="203.0.113.9", user_agent=FIREFOX)
AT_WORK = RequestContext(ip="198.51.100.4", user_agent="curl/8.5")


def test_nothing_is_said_of_an_account_without_a_history(browser: Browser) -> None:
    assert "Nothing so far." in browser.read(PAGE)


def test_what_happened_is_said_with_when_and_where(
    ann: User,
    browser: Browser,
) -> None:
    with context.entered(AT_HOME):
        record(Action.LOGIN_SUCCEEDED, acting=ann, target=ann)
        record(Action.PASSWORD_CHANGED, acting=ann, target=ann)
    page = browser.read(PAGE)
    assert page.index("Your password was changed") < page.index("You signed in")
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC · 203.0.113.9 · Firefox", page)


def test_an_operator_is_an_operator_and_nothing_more(
    ann: User,
    browser: Browser,
) -> None:
    operator = root()
    with context.entered(AT_WORK):
        services.change_profile(ann, name="Anna", acting_user=operator)
        outcome = f"because {operator.email} says so"
        record(Action.USER_UNLOCKED, acting=operator, target=ann, outcome=outcome)
    page = browser.read(PAGE)
    assert "Your profile was changed" in page and "by an operator" in page
    for told in (operator.email, operator.name, str(operator.pk), "198.51.100.4"):
        assert told not in page
    assert "curl" not in page


def test_others_than_people_are_said_too(
    ann: User,
    browser: Browser,
) -> None:
    record(Action.TOKEN_REVOKED, acting=Party("application", "x", "Secret"), target=ann)
    record(Action.USER_DISABLED, acting=None, target=ann)
    page = browser.read(PAGE)
    assert "by an application" in page and "by this service" in page
    assert "Secret" not in page


def test_a_failure_of_a_stranger_is_shown_with_its_address(
    ann: User,
    browser: Browser,
) -> None:
    with context.entered(AT_WORK):
        record(
            Action.LOGIN_FAILED,
            acting=Party("anonymous"),
            target=ann,
            succeeded=False,
        )
    page = browser.read(PAGE)
    assert "A sign-in failed" in page and "198.51.100.4" in page


def test_what_was_done_to_others_is_not_shown(
    ann: User,
    browser: Browser,
) -> None:
    bob = UserFactory()
    record(Action.PASSWORD_CHANGED, acting=bob, target=bob)
    record(Action.USER_DISABLED, acting=ann, target=bob)
    record(Action.TENANT_CHANGED, acting=ann, target=Party("tenant", str(ann.pk)))
    assert "Nothing so far." in browser.read(PAGE)


def test_a_long_history_is_paged(
    ann: User,
    browser: Browser,
) -> None:
    for number in range(30):
        action = Action.USER_REGISTERED if not number else Action.LOGIN_SUCCEEDED
        record(action, acting=ann, target=ann)
    page = browser.read(PAGE)
    assert page.count("You signed in") == 25 and "You signed up" not in page
    more = re.search(r'href="(\?before=[\w-]+)"', page)
    assert more
    older = browser.read(PAGE + more[1])
    assert older.count("You signed in") == 4 and "You signed up" in older
    assert "?before=" not in older
