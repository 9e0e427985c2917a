"""A forgotten password, as a browser meets it."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import MailLink, User
from accounts.services import disable_user
from tests.authenticators import App, has_app
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail, mails
from tests.operators import root
from tests.passkeys import Passkey
from tests.tokens.api.factor_calls import add_app, signed_in
from tests.tokens.pages.people import HOME, LOGIN, Browser, options, text, went
from tokens.models import Login

pytestmark = pytest.mark.django_db
RESET, KEY = "/account/password/reset/", "/account/password/reset/key/"
NEW = "quite another password"


@pytest.fixture
def key(
    ann: User,
    browser: Browser,
) -> str:
    """The key that was mailed to Ann."""
    browser.post(RESET, email=ann.email)
    return last_mail(ann.email).key


def sent(
    browser: Browser,
    key: str,
    **form: str,
) -> Any:
    """Open the link and send its form, as chromium does from a page without referrer."""
    browser.get(KEY, key=key)
    return again(browser, key, **form)


def again(
    browser: Browser,
    key: str,
    **form: str,
) -> Any:
    token = browser.client.cookies["ntt-csrf"].value
    given = {"csrfmiddlewaretoken": token, "key": key, "password": NEW, **form}
    return browser.client.post(KEY, given, headers={"origin": "null"})


def test_asking_answers_the_same_whoever_has_the_address(
    browser: Browser,
    ann: User,
) -> None:
    known = browser.post(RESET, email="ann@example.com")
    nobody = browser.post(RESET, email="ann@example.org")
    assert known.status_code == nobody.status_code == 200
    assert text(known).replace(".com", ".org") == text(nobody)
    assert [mail.to for mail in mails()] == ["ann@example.com"]


@pytest.mark.parametrize("email", ["", "no address", "\x00", "x" * 5000, "a b@x"])
def test_what_is_no_address_is_told(
    email: str,
    browser: Browser,
) -> None:
    answer = browser.post(RESET, email=email)
    assert answer.status_code == 400 and 'aria-invalid="true"' in text(answer)


def test_past_the_limit_minutes_are_told(
    browser: Browser,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"reset_ip": "1/1h"}
    answers = [browser.post(RESET, email="x@example.com") for _ in range(2)]
    assert answers[-1].status_code == 429 and "Try again in" in text(answers[-1])


def test_opening_the_link_claims_nothing_and_leaves_no_trace(
    browser: Browser,
    key: str,
) -> None:
    for _ in range(3):
        page = browser.get(KEY, key=key)
        assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert f'name="key" value="{key}"' in text(page)
    assert f"?key={key}" not in text(page)
    assert MailLink.objects.get().claimed_at is None


def test_the_link_sets_a_password_and_ends_every_login(
    browser: Browser,
    ann: User,
) -> None:
    elsewhere = Browser()
    elsewhere.log_in()
    browser.post(RESET, email=ann.email)
    key = last_mail(ann.email).key
    assert went(sent(browser, key)) == LOGIN
    assert "Your new password is set." in text(browser.get(LOGIN))
    assert not elsewhere.is_in() and not browser.is_in()
    assert browser.log_in().status_code == 401
    assert went(browser.log_in(password=NEW)) == HOME


def test_a_link_works_once(
    browser: Browser,
    key: str,
) -> None:
    sent(browser, key)
    answer = again(browser, key, password="yet another password")
    assert answer.status_code == 410
    assert "not valid any more" in text(answer) and RESET in text(answer)
    assert browser.get(KEY, key=key).status_code == 410


@pytest.mark.parametrize("key", ["", "unknown", "x" * 5000, "\u202e", "ä", "<b>"])
def test_a_link_that_is_none_says_what_to_do(
    key: str,
    browser: Browser,
) -> None:
    browser.get(RESET)
    for answer in (browser.get(KEY, key=key), again(browser, key)):
        assert answer.status_code == 410
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "@" not in text(answer) and "<b>" not in text(answer)


@pytest.mark.parametrize("password", ["", "short", "\x00" * 20, "ann@example.com"])
def test_a_refused_password_is_told_and_leaves_the_link(
    password: str,
    browser: Browser,
    key: str,
) -> None:
    answer = sent(browser, key, password=password)
    assert answer.status_code == 400 and 'aria-invalid="true"' in text(answer)
    assert went(again(browser, key)) == LOGIN


def test_bad_links_are_counted(
    browser: Browser,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "2/1h"}
    answers = [browser.get(KEY, key="none") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [410, 410, 429]


def test_a_second_factor_is_asked_for_with_the_password(
    browser: Browser,
    ann: User,
    key: str,
) -> None:
    app = has_app(ann)
    page = browser.get(KEY, key=key)
    assert "Code from your app" in text(page)
    for bad in ("", app.wrong()):
        answer = again(browser, key, code=bad)
        assert answer.status_code in (400, 401)
        assert NEW not in text(answer)
    assert went(again(browser, key, code=app.code())) == LOGIN


def test_a_recovery_code_will_do(
    browser: Browser,
    ann: User,
) -> None:
    _, codes = add_app(signed_in(ann))
    browser.post(RESET, email=ann.email)
    assert went(sent(browser, last_mail(ann.email).key, code=codes[0])) == LOGIN


def test_without_the_factor_nothing_is_set(
    browser: Browser,
    ann: User,
    key: str,
) -> None:
    browser.get(KEY, key=key)
    app = has_app(ann)  # since the page was opened
    answer = again(browser, key)
    assert answer.status_code == 401 and "Code from your app" in text(answer)
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert went(again(browser, key, code=app.code())) == LOGIN


def test_a_passkey_is_shown_with_the_password(
    browser: Browser,
    ann: User,
    passkey: Passkey,
) -> None:
    browser.post(RESET, email=ann.email)
    key = last_mail(ann.email).key
    page = browser.get(KEY, key=key)
    assert 'data-passkey="get"' in text(page) and "Set it with my passkey" in text(page)
    bad = again(browser, key, way="webauthn", credential="{}")
    assert bad.status_code == 401
    credential = json.dumps(passkey.get(options(bad)))
    assert went(again(browser, key, way="webauthn", credential=credential)) == LOGIN
    ann.refresh_from_db()
    assert ann.check_password(NEW)


def test_an_app_comes_first_and_the_passkey_after_it(
    browser: Browser,
    ann: User,
    passkey: Passkey,
) -> None:
    has_app(ann)
    browser.post(RESET, email=ann.email)
    key = last_mail(ann.email).key
    page = text(browser.get(KEY, key=key))
    assert "Code from your app" in page and "Use a passkey" in page
    page = text(again(browser, key, way="webauthn", other="1"))
    assert "Set it with my passkey" in page and "Use a code" in page


def test_without_an_app_only_a_recovery_code_is_asked_for(
    browser: Browser,
    ann: User,
    passkey: Passkey,
) -> None:
    browser.post(RESET, email=ann.email)
    key = last_mail(ann.email).key
    assert "Use a recovery code" in text(browser.get(KEY, key=key))
    page = text(again(browser, key, way="code", other="1"))
    assert "Recovery code" in page and "Code from your app" not in page


def test_a_password_manager_learns_whose_password_it_is(
    browser: Browser,
    key: str,
) -> None:
    page = text(browser.get(KEY, key=key))
    assert 'autocomplete="username" value="ann@example.com"' in page


def test_the_factor_of_another_does_not_do(
    browser: Browser,
    key: str,
    app: App,
) -> None:
    bob = UserFactory(email="bob@example.com")
    his = has_app(bob)
    browser.get(KEY, key=key)
    browser.post(RESET, email="bob@example.com")
    other = last_mail("bob@example.com").key
    browser.get(KEY, key=other)  # his flow is kept now
    answer = again(browser, key, code=his.code())
    assert answer.status_code == 401
    assert went(again(browser, key, code=app.code())) == LOGIN


def test_the_link_of_somebody_disabled_is_dead(
    browser: Browser,
    key: str,
    ann: User,
) -> None:
    browser.get(KEY, key=key)
    disable_user(ann, acting_user=root())
    assert again(browser, key).status_code == 410


def test_a_form_of_another_site_and_other_methods_are_refused(
    browser: Browser,
    key: str,
) -> None:
    form = {"key": key, "password": NEW}
    for origin in ("null", "https://evil.example"):
        headers = {"origin": origin}
        assert browser.client.post(KEY, form, headers=headers).status_code == 403
    assert browser.client.post(RESET, {"email": "x@example.com"}).status_code == 403
    assert Client().put(KEY).status_code == Client().put(RESET).status_code == 405
    assert MailLink.objects.get().claimed_at is None


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_one_does(
    browser: Browser,
    key: str,
    together: Together,
) -> None:
    browser.get(KEY, key=key)
    csrf = browser.client.cookies["ntt-csrf"].value

    def send(number: int) -> Any:
        copy = Browser()
        copy.client.cookies["ntt-csrf"] = csrf
        return again(copy, key, password=f"{NEW} {number}")

    answers = together(4, send)
    assert sorted(answer.status_code for answer in answers) == [302, 410, 410, 410]
    assert not Login.objects.exists()
