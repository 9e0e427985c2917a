"""The factor that a policy asks for, set up on the way in, as a browser meets it."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import disable_user
from tests.authenticators import App, has_app
from tests.conftest import Together
from tests.operators import root
from tests.passkeys import Passkey
from tests.tokens.pages.people import HOME, LOGIN, MFA, Browser, options, text, went
from tokens.models import Login, Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict")]
ENROL = "/account/2fa/required/"


@pytest.fixture
def begun(
    browser: Browser,
    ann: User,
) -> Browser:
    """Ann's browser, after her password."""
    assert went(browser.log_in(path=f"{LOGIN}?next=/account/x/")) == ENROL
    return browser


def given(page: Any) -> App:
    """Return an app that was told the page's key."""
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', text(page))
    assert found
    return App(found[1].replace(" ", ""))


def test_an_app_is_set_up_and_the_codes_are_shown_once(begun: Browser) -> None:
    page = begun.get(ENROL)
    assert 'src="data:image/svg+xml;base64,' in text(page)
    before = begun.cookie
    done = begun.post(ENROL, code=given(page).code())
    assert done.status_code == 200
    codes = re.findall(r"<li><code>(\w+)</code></li>", text(done))
    assert len(codes) == 10
    assert 'href="/account/x/"' in text(done)
    assert begun.cookie != before and begun.is_in()
    assert not begun.holding(before).is_in()
    assert Session.objects.get().login.amr == ["pwd", "otp", "mfa"]
    assert went(begun.get(ENROL)) == LOGIN
    other = Browser()
    other.log_in()
    assert went(other.post(f"{MFA}?with=recovery_code", code=codes[0])) == HOME


def test_a_wrong_code_leaves_the_key_as_it_was(begun: Browser) -> None:
    app = given(begun.get(ENROL))
    answer = begun.post(ENROL, code=app.wrong())
    assert answer.status_code == 401 and "The code is wrong." in text(answer)
    assert given(answer).secret == app.secret == given(begun.get(ENROL)).secret
    assert begun.post(ENROL, code=app.code()).status_code == 200


@pytest.mark.parametrize("code", ["", "\x00", "x" * 500])
def test_what_is_no_code_is_told_at_its_field(
    code: str,
    begun: Browser,
) -> None:
    assert begun.post(ENROL, code=code).status_code == 400


def test_a_passkey_is_set_up(begun: Browser) -> None:
    made = Passkey().create(options(begun.get(ENROL)))
    done = begun.show(ENROL, made)
    assert done.status_code == 200 and "recovery codes" in text(done)
    assert begun.is_in()


@pytest.mark.parametrize("credential", ["", "{}", "[" * 20_000, "null"])
def test_what_is_no_passkey_is_refused(
    credential: str,
    begun: Browser,
) -> None:
    answer = begun.post(ENROL, credential=credential)
    assert answer.status_code == 401
    assert "This passkey was not accepted." in text(answer)


def test_whoever_has_a_factor_by_now_begins_again(
    begun: Browser,
    ann: User,
) -> None:
    app = given(begun.get(ENROL))
    has_app(ann)
    assert went(begun.post(ENROL, code=app.code())).startswith(LOGIN)
    assert not Login.objects.exists()
    assert went(begun.get(ENROL)).startswith(LOGIN)


def test_somebody_disabled_meanwhile_is_not_let_in(
    begun: Browser,
    ann: User,
) -> None:
    app = given(begun.get(ENROL))
    disable_user(ann, acting_user=root())
    assert went(begun.post(ENROL, code=app.code())).startswith(LOGIN)
    assert not Login.objects.exists()


def test_who_did_not_begin_is_sent_to_begin(browser: Browser) -> None:
    assert went(browser.get(ENROL)) == LOGIN
    assert went(browser.post(ENROL, code="123456")) == LOGIN


def test_a_step_is_not_skipped(begun: Browser) -> None:
    assert went(begun.get(MFA)) == ENROL
    assert went(begun.post(MFA, code="123456")) == ENROL
    assert not begun.is_in()


def test_a_form_of_another_site_and_other_methods_are_refused(begun: Browser) -> None:
    app = given(begun.get(ENROL))
    assert begun.client.post(ENROL, {"code": app.code()}).status_code == 403
    assert Client().put(ENROL).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_a_code_one_gets_in(
    begun: Browser,
    together: Together,
) -> None:
    app = given(begun.get(ENROL))
    cookie, csrf = begun.cookie, begun.client.cookies["ntt-csrf"].value
    code = app.code()

    def send(number: int) -> Any:
        copy = begun.holding(cookie)
        copy.client.cookies["ntt-csrf"] = csrf
        return copy.post(ENROL, code=code)

    answers = together(4, send)
    assert all(answer.status_code < 500 for answer in answers), answers
    assert [answer.status_code for answer in answers].count(200) == 1
    assert Login.objects.count() == 1
