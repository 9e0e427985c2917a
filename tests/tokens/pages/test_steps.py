"""Where a browser goes on to, whatever it was told to."""

from urllib.parse import parse_qs

import pytest

from accounts.models import User
from tests.authenticators import App
from tests.factories import PASSWORD
from tests.tokens.pages.people import HOME, LOGIN, MFA, Browser, text, went

pytestmark = pytest.mark.django_db
EVIL = [
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "http:evil.example",
    "https:///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\x00/account/x/",
    "/account/\x00",
    "/account/\nSet-Cookie: a=b",
    "/account/\r\nx",
    "/\t/evil.example",
    "account/x/",
    "/" + "x" * 100_000,
    "/\u2028",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]
AGAIN = "/account/reauthenticate/"


@pytest.mark.parametrize("evil", EVIL)
def test_a_sign_in_leads_home_instead(
    evil: str,
    browser: Browser,
    ann: User,
) -> None:
    form = {"email": ann.email, "password": PASSWORD, "next": evil}
    assert went(browser.post(LOGIN, **form)) == HOME


@pytest.mark.parametrize("evil", EVIL)
def test_whoever_is_signed_in_is_led_home_instead(
    evil: str,
    browser: Browser,
    ann: User,
) -> None:
    browser.log_in()
    for path in (LOGIN, "/account/signup/"):
        assert went(browser.post(path, next=evil)) == HOME
        if "\x00" not in evil:
            assert went(browser.get(path, next=evil)) == HOME
    answer = browser.post(AGAIN, next=evil, password=PASSWORD)
    assert went(answer) == HOME


@pytest.mark.parametrize("evil", EVIL)
def test_no_page_keeps_what_is_evil(
    evil: str,
    browser: Browser,
    app: App,
) -> None:
    if "\x00" not in evil:
        for path in (LOGIN, "/account/signup/"):
            assert "next=" not in text(browser.get(path, next=evil))
    form = {"email": "ann@example.com", "password": PASSWORD, "next": evil}
    assert went(browser.post(LOGIN, **form)) == MFA
    assert browser.client.session["pending"]["next"] == ""
    assert went(browser.post(MFA, code=app.code(), next=evil)) == HOME


def test_a_browser_that_is_not_signed_in_is_soon_forgotten(
    browser: Browser,
    app: App,
) -> None:
    browser.get(LOGIN)
    assert browser.client.session.get_expiry_age() <= 3600
    browser.log_in()
    assert browser.client.session.get_expiry_age() <= 3600
    browser.post(MFA, code=app.code())
    assert browser.client.session.get_expiry_age() > 86400


def test_what_another_version_kept_is_no_step(
    browser: Browser,
    app: App,
) -> None:
    browser.log_in()
    held = browser.client.session
    held["pending"] = {**held["pending"], "unknown": 1}
    held.save()
    assert went(browser.post(MFA, code=app.code())) == LOGIN


def test_nul_in_a_url_is_refused(browser: Browser) -> None:
    assert browser.get(LOGIN, next="/account/\x00").status_code == 400


def test_a_path_of_ours_is_kept_through_all_pages(
    browser: Browser,
    app: App,
) -> None:
    wanted = "/admin/tenants/?q=a&b=ä#x"
    page = browser.get(LOGIN, next=wanted)
    where = text(page).split('action="/account/login/?')[1].split('"')[0]
    assert parse_qs(where)["next"] == [wanted]
    assert went(browser.log_in(path=f"{LOGIN}?{where}")) == MFA
    assert browser.client.session["pending"]["next"] == wanted
    answer = browser.post(MFA, code=app.code())
    assert answer["Location"].startswith("/admin/tenants/?q=a&b=")
