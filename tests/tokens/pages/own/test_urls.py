"""Who gets to the account area: every page, and every form."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import User
from tests.factories import UserFactory
from tests.operators import root
from tests.tokens.pages.browsers import Browser, copy_of, session_at, signed_in
from tokens.models import Session
from tokens.pages.own.urls import urlpatterns
from tokens.services.sessions import end_session

pytestmark = pytest.mark.django_db

NOBODYS = UUID(int=7)
PAGES = {
    *("", "password/change/", "2fa/", "sessions/", "activity/", "data/"),
}
FRESH = {
    *("email/", "2fa/enrol/", "2fa/enrol/app/", "2fa/enrol/passkey/"),
    *("2fa/recovery-codes/", "data/export/", "data/leave/"),
    *(f"2fa/{NOBODYS}/", f"2fa/{NOBODYS}/remove/"),
}
ACTIONS = {
    *("email/verify/", "sessions/others/end/", "sessions/all/end/"),
    f"sessions/{NOBODYS}/end/",
}
FORMS = {*ACTIONS, *FRESH, "", "password/change/"} - {"2fa/enrol/"}


def refused(browser: Browser) -> bool:
    """Tell whether the browser is sent to sign in, and the cookie good for nothing."""
    answer = browser.open("")
    return bool(answer.status_code == 302 and answer["Location"] == to("login", ""))


def to(
    name: str,
    page: str,
) -> str:
    """Return the path of a sign-in page that leads back to a page."""
    return f"/account/{name}/?{urlencode({'next': f'/account/{page}'})}"


def test_no_page_is_forgotten_here() -> None:
    assert len(PAGES | FRESH | ACTIONS) + len({"data/left/"}) == len(urlpatterns)


@pytest.mark.parametrize("page", sorted(PAGES | FRESH))
def test_a_stranger_signs_in_first_and_comes_back(page: str) -> None:
    answer = Browser().open(page)
    assert answer.status_code == 302
    assert answer["Location"] == to("login", page)


@pytest.mark.parametrize("page", sorted(FORMS))
def test_a_form_without_its_token_is_refused(
    browser: Browser,
    page: str,
) -> None:
    before = Session.objects.live().count()
    answer = browser.client.post(f"/account/{page}", {"sure": "on"})
    assert answer.status_code == 403
    assert Session.objects.live().count() == before


@pytest.mark.parametrize("page", sorted(FORMS))
def test_a_stranger_changes_nothing(
    browser: Browser,
    page: str,
) -> None:
    browser.open("")
    stranger = Browser()
    token = _token(browser)
    stranger.client.cookies.load(browser.client.cookies.output(header="", sep=";"))
    del stranger.client.cookies[_session_cookie()]
    answer = stranger.client.post(
        f"/account/{page}", {"csrfmiddlewaretoken": token, "sure": "on"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")


def _token(browser: Browser) -> str:
    import re

    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.read(""))
    assert found
    return found[1]


def _session_cookie() -> str:
    from django.conf import settings

    return str(settings.SESSION_COOKIE_NAME)


@pytest.mark.parametrize("page", sorted(FRESH))
def test_a_stale_proof_is_renewed_first_and_comes_back(
    ann: User,
    page: str,
    settings: Any,
) -> None:
    ago = timezone.now() - timedelta(seconds=settings.STEP_UP_SECONDS + 60)
    stale = signed_in(ann, auth_time=ago)
    answer = stale.open(page)
    assert answer.status_code == 302
    assert answer["Location"] == to("reauthenticate", page)
    token = _token(stale)
    answer = stale.client.post(f"/account/{page}", {"csrfmiddlewaretoken": token})
    if page != "2fa/enrol/":
        assert answer["Location"].startswith("/account/reauthenticate/")
    assert User.objects.get(pk=ann.pk).is_active


@pytest.mark.parametrize("page", sorted(PAGES))
def test_what_needs_no_fresh_proof_is_shown(
    ann: User,
    page: str,
) -> None:
    long_ago = timezone.now() - timedelta(days=5)
    answer = signed_in(ann, auth_time=long_ago).open(page)
    assert answer.status_code == 200
    assert answer["Cache-Control"].count("no-store")


@pytest.mark.parametrize("page", sorted(FORMS - {"email/", "", "2fa/enrol/app/"}))
def test_what_nobody_would_send_is_refused_plainly(
    browser: Browser,
    page: str,
) -> None:
    token = _token(browser)
    names = ("email", "name", "code", "credential", "new_password", "current_password")
    for text in ("\x00", "\ud800é".encode("utf-8", "surrogatepass"), "𝕏" * 5000):
        given = {"csrfmiddlewaretoken": token} | dict.fromkeys(names, text)
        answer = browser.client.post(f"/account/{page}", given)
        assert answer.status_code < 500
        if refused(browser):
            return


def test_a_body_without_end_is_refused(browser: Browser) -> None:
    given = {"csrfmiddlewaretoken": _token(browser), "name": "x" * 2_000_000}
    answer = browser.client.post("/account/", given)
    assert answer.status_code in (400, 413)


def test_a_session_that_ended_is_over_at_the_next_request(browser: Browser) -> None:
    assert browser.session is not None and browser.open("").status_code == 200
    end_session(browser.session, acting_user=None)
    assert refused(browser)


def test_a_login_that_ended_is_over_at_the_next_request(browser: Browser) -> None:
    assert browser.session is not None
    login = browser.session.login
    login.revoked_at = timezone.now()
    login.save()
    assert refused(browser)


def test_whoever_is_disabled_is_out_at_the_next_request(
    ann: User,
    browser: Browser,
) -> None:
    services.disable_user(ann, acting_user=root())
    assert refused(browser)


def test_signed_out_everywhere_is_out_at_the_next_request(
    ann: User,
    browser: Browser,
) -> None:
    services.sign_out_everywhere(ann, acting_user=ann)
    assert refused(browser)


@pytest.mark.parametrize("door", [Session.Door.REST, Session.Door.OAUTH])
def test_a_session_of_another_door_opens_no_page(
    ann: User,
    door: Session.Door,
) -> None:
    assert refused(Browser(session_at(ann, door=door)))


def test_somebody_elses_session_opens_no_page(
    ann: User,
    browser: Browser,
) -> None:
    kept = browser.client.session
    kept["sid"] = str(session_at(UserFactory()).sid)
    kept.save()
    assert refused(browser)


@pytest.mark.parametrize("sid", ["", str(NOBODYS)])
def test_a_cookie_without_a_session_opens_no_page(
    browser: Browser,
    sid: str,
) -> None:
    kept = browser.client.session
    kept["sid"] = sid
    kept.save()
    assert refused(browser)


def test_a_copied_cookie_is_the_same_browser(browser: Browser) -> None:
    assert not refused(copy_of(browser))
