"""The second factor at sign-in, as a browser meets it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import change_password, disable_user
from tests.authenticators import App
from tests.conftest import Together
from tests.factories import UserFactory
from tests.operators import root
from tests.passkeys import Passkey
from tests.tokens.api.factor_calls import add_app, signed_in
from tests.tokens.pages.people import HOME, LOGIN, MFA, Browser, options, text, went
from tokens.models import Login, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(
    browser: Browser,
    app: App,
) -> Browser:
    """Ann's browser, after her password."""
    assert went(browser.log_in()) == MFA
    return browser


def test_a_code_signs_in_with_a_new_cookie(
    begun: Browser,
    app: App,
) -> None:
    before = begun.cookie
    assert went(begun.post(MFA, code=app.code())) == HOME
    assert begun.cookie != before and begun.is_in()
    assert not begun.holding(before).is_in()
    assert Session.objects.get().login.amr == ["pwd", "otp", "mfa"]


def test_next_is_carried_over(
    browser: Browser,
    app: App,
) -> None:
    browser.log_in(path=f"{LOGIN}?next=/account/x/%3Fa=b")
    assert went(browser.post(MFA, code=app.code())) == "/account/x/?a=b"


@pytest.mark.parametrize("grouped", ["{} {}", "{}-{}", " {}\u2013{} "])
def test_a_code_is_taken_however_it_is_written(
    grouped: str,
    begun: Browser,
    app: App,
) -> None:
    code = app.code()
    assert went(begun.post(MFA, code=grouped.format(code[:3], code[3:]))) == HOME


def test_a_wrong_code_is_told_and_the_flow_goes_on(
    begun: Browser,
    app: App,
) -> None:
    answer = begun.post(MFA, code=app.wrong())
    assert answer.status_code == 401
    assert "The code is wrong." in text(answer)
    assert went(begun.post(MFA, code=app.code())) == HOME


def test_a_code_works_once(
    begun: Browser,
    app: App,
) -> None:
    code = app.code()
    assert went(begun.post(MFA, code=code)) == HOME
    other = Browser()
    other.log_in()
    assert other.post(MFA, code=code).status_code == 401


@pytest.mark.parametrize("code", ["", "\x00", "x" * 500])
def test_what_is_no_code_is_told_at_its_field(
    code: str,
    begun: Browser,
) -> None:
    answer = begun.post(MFA, code=code)
    assert answer.status_code == 400 and 'aria-invalid="true"' in text(answer)


def test_after_too_many_wrong_codes_minutes_are_told(
    begun: Browser,
    app: App,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"factor_account": "2/15m"}
    answers = [begun.post(MFA, code=app.wrong()) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "Too many tries." in text(answers[-1])


def test_a_recovery_code_stands_in(
    browser: Browser,
    ann: User,
) -> None:
    _, codes = add_app(signed_in(ann))
    browser.log_in()
    assert "?with=recovery_code" in text(browser.get(MFA))
    page = browser.get(MFA, **{"with": "recovery_code"})
    assert "Recovery code" in text(page)
    path = f"{MFA}?with=recovery_code"
    assert browser.post(path, code="00000000").status_code == 401
    assert went(browser.post(path, code=codes[0])) == HOME


@pytest.mark.parametrize("way", ["", "webauthn", "x" * 5000, "<script>", "\u202e"])
def test_a_way_that_the_person_does_not_have_is_their_first(
    way: str,
    begun: Browser,
) -> None:
    page = begun.get(MFA, **{"with": way})
    assert page.status_code == 200
    assert "Code from your app" in text(page) and "<script>x" not in text(page)


def test_a_passkey_is_a_second_factor(
    browser: Browser,
    passkey: Passkey,
) -> None:
    assert went(browser.log_in()) == MFA
    answer = passkey.get(options(browser.get(MFA)))
    assert went(browser.show(f"{MFA}?with=webauthn", answer)) == HOME
    assert Session.objects.get().login.amr == ["pwd", "pop", "mfa"]


def test_a_passkey_that_is_refused_may_be_tried_again(
    browser: Browser,
    passkey: Passkey,
) -> None:
    browser.log_in()
    path = f"{MFA}?with=webauthn"
    answer = browser.post(path, credential="{}")
    assert answer.status_code == 401
    assert "This passkey was not accepted." in text(answer)
    assert went(browser.show(path, passkey.get(options(answer)))) == HOME


def test_who_did_not_begin_is_sent_to_begin(browser: Browser) -> None:
    assert went(browser.get(MFA)) == LOGIN
    assert went(browser.post(MFA, code="123456")) == LOGIN
    assert "Begin again" not in text(browser.get(LOGIN))


def test_a_step_once_taken_is_over(
    begun: Browser,
    app: App,
) -> None:
    begun.post(MFA, code=app.code())
    assert went(begun.get(MFA)) == LOGIN
    assert went(begun.get(LOGIN)) == HOME


@pytest.mark.parametrize("ended", ["disabled", "password"])
def test_what_ended_meanwhile_leads_back(
    ended: str,
    begun: Browser,
    app: App,
    ann: User,
) -> None:
    if ended == "disabled":
        disable_user(ann, acting_user=root())
    else:
        change_password(
            ann,
            new_password="quite another password",
            keep_login=None,
            acting_user=ann,
        )
    assert went(begun.post(MFA, code=app.code())) == LOGIN
    assert "Begin again." in text(begun.get(LOGIN))
    assert not Login.objects.exists()


def test_another_person_takes_over_the_browser_and_not_the_step(
    begun: Browser,
    app: App,
) -> None:
    UserFactory(email="bob@example.com")
    assert went(begun.log_in("bob@example.com")) == HOME
    assert went(begun.post(MFA, code=app.code())) == LOGIN
    assert "bob@example.com" in text(begun.get(HOME))


def test_a_form_of_another_site_and_other_methods_are_refused(
    begun: Browser,
    app: App,
) -> None:
    assert begun.client.post(MFA, {"code": app.code()}).status_code == 403
    assert Client().put(MFA).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_a_code_one_gets_in(
    begun: Browser,
    app: App,
    together: Together,
) -> None:
    cookie, csrf = begun.cookie, begun.client.cookies["ntt-csrf"].value
    code = app.code()

    def send(number: int) -> Any:
        copy = begun.holding(cookie)
        copy.client.cookies["ntt-csrf"] = csrf
        return copy.post(MFA, code=code)

    answers = together(6, send)
    assert all(answer.status_code < 500 for answer in answers), answers
    assert [a.get("Location") for a in answers].count(HOME) == 1
    assert Login.objects.count() == 1
