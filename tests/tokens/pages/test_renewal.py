"""Proving again who one is, as a browser meets it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import disable_user
from tests.authenticators import App
from tests.factories import PASSWORD, UserFactory
from tests.operators import root
from tests.passkeys import Passkey
from tests.tokens.pages.browsers import Browser as Pages
from tests.tokens.pages.browsers import signed_in
from tests.tokens.pages.people import (
    HOME,
    LOGIN,
    MFA,
    Browser,
    options,
    text,
    went,
)
from tokens.models import Login, Session
from tokens.services.sessions import end_session

pytestmark = pytest.mark.django_db
AGAIN = "/account/reauthenticate/"
ONWARD = f"{AGAIN}?next=/account/x/"


@pytest.fixture
def inside(
    browser: Browser,
    ann: User,
) -> Browser:
    """Ann's browser, signed in a day ago."""
    assert went(browser.log_in()) == HOME
    age()
    return browser


def age() -> None:
    """Have every login proven a day ago."""
    Login.objects.update(auth_time=timezone.now() - timedelta(days=1))


def is_fresh() -> bool:
    return Login.objects.get().auth_time > timezone.now() - timedelta(minutes=1)


def test_the_password_renews_the_login_with_a_new_cookie(inside: Browser) -> None:
    before, sid = inside.cookie, Session.objects.get().sid
    page = inside.get(AGAIN)
    assert "ann@example.com" in text(page)
    assert went(inside.post(ONWARD, password=PASSWORD)) == "/account/x/"
    assert is_fresh() and Session.objects.get().sid == sid
    assert inside.cookie != before and inside.is_in()
    assert not inside.holding(before).is_in()


def test_a_wrong_password_is_told_and_renews_nothing(inside: Browser) -> None:
    answer = inside.post(ONWARD, password="not this one")
    assert answer.status_code == 401
    assert "The password is wrong." in text(answer)
    assert "not this one" not in text(answer) and not is_fresh()
    assert "next=%2Faccount%2Fx%2F" in text(answer)


@pytest.mark.parametrize("password", ["", "\x00", "x" * 100_000])
def test_what_is_no_password_is_told_at_its_field(
    password: str,
    inside: Browser,
) -> None:
    assert inside.post(AGAIN, password=password).status_code == 400


def test_too_many_wrong_ones_are_told(
    inside: Browser,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"login_ip": "2/15m"}
    answers = [inside.post(AGAIN, password="not this one") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "Too many tries." in text(answers[-1])


def test_who_has_a_factor_shows_it_too(
    browser: Browser,
    app: App,
) -> None:
    browser.log_in()
    browser.post(MFA, code=app.code())
    age()
    before = browser.cookie
    assert went(browser.post(ONWARD, password=PASSWORD)) == MFA
    assert not is_fresh()
    assert "Back to your account" in text(browser.get(MFA))
    assert browser.post(MFA, code=app.wrong()).status_code == 401
    assert went(browser.post(MFA, code=app.code())) == "/account/x/"
    assert is_fresh() and browser.is_in() and browser.cookie != before
    assert Session.objects.count() == 1
    assert not browser.holding(before).is_in()


def test_a_passkey_alone_will_do(
    browser: Browser,
    passkey: Passkey,
) -> None:
    browser.log_in()
    asked = options(browser.get(MFA))
    assert went(browser.show(f"{MFA}?with=webauthn", passkey.get(asked))) == HOME
    age()
    answer = passkey.get(options(browser.get(ONWARD)))
    assert went(browser.show(ONWARD, answer)) == "/account/x/"
    assert is_fresh() and browser.is_in()
    age()
    assert browser.show(ONWARD, answer).status_code == 401
    assert not is_fresh()


@pytest.mark.parametrize("credential", ["", "{}", "null", "[" * 20_000])
def test_what_is_no_passkey_is_refused(
    credential: str,
    inside: Browser,
) -> None:
    inside.get(AGAIN)
    assert inside.post(AGAIN, credential=credential).status_code == 401
    assert not is_fresh()


def test_nobody_is_sent_to_sign_in(browser: Browser) -> None:
    assert went(browser.get(AGAIN)).startswith(LOGIN)
    assert went(browser.post(AGAIN, password=PASSWORD)) == LOGIN


@pytest.mark.parametrize("ended", ["session", "person"])
def test_what_ended_meanwhile_is_not_renewed(
    ended: str,
    browser: Browser,
    ann: User,
    app: App,
) -> None:
    browser.log_in()
    browser.post(MFA, code=app.code())
    age()
    browser.post(AGAIN, password=PASSWORD)
    if ended == "session":
        end_session(Session.objects.get(), acting_user=ann)
    else:
        disable_user(ann, acting_user=root())
    code = app.code()
    assert went(browser.post(MFA, code=code)) == AGAIN
    assert went(browser.get(AGAIN)).startswith(LOGIN)
    assert not is_fresh()


def test_the_step_of_another_session_renews_nothing(
    browser: Browser,
    app: App,
    ann: User,
) -> None:
    browser.log_in()
    browser.post(MFA, code=app.code())
    age()
    browser.post(AGAIN, password=PASSWORD)
    held = browser.client.session
    held["pending"] = {**held["pending"], "sid": "00000000-0000-0000-0000-000000000000"}
    held.save()
    assert went(browser.post(MFA, code=app.code())) == AGAIN
    assert not is_fresh()


def test_the_password_of_another_is_wrong(
    inside: Browser,
    keys: None,
) -> None:
    UserFactory(email="bob@example.com").set_password("the password of bob")
    assert inside.post(AGAIN, password="the password of bob").status_code == 401


def test_a_form_of_another_site_and_other_methods_are_refused(inside: Browser) -> None:
    assert inside.client.post(AGAIN, {"password": PASSWORD}).status_code == 403
    assert not is_fresh()
    assert Client().put(AGAIN).status_code in (302, 405)


def without_password(ann: User) -> None:
    """Leave Ann without one; her browser stays in."""
    ann.set_unusable_password()
    User.objects.filter(pk=ann.pk).update(password=ann.password)


@pytest.fixture
def plain(ann: User) -> Pages:
    """The browser of Ann, who has no password, signed in a day ago."""
    without_password(ann)
    ann.refresh_from_db()
    return signed_in(ann, auth_time=timezone.now() - timedelta(days=1))


def test_who_has_no_password_is_asked_for_none(plain: Pages) -> None:
    page = plain.read("reauthenticate/")
    assert 'type="password"' not in page and "<form" not in page
    assert "You have no password." in page
    assert 'class="button" href="/account/password/reset/"' in page
    assert "Forgot your password?" not in page


def test_a_password_of_who_has_none_is_wrong(plain: Pages) -> None:
    form = {"password": "anything at all"}
    answer = plain.send("reauthenticate/", form, form="password/reset/")
    assert answer.status_code == 401
    assert "The password is wrong." in text(answer) and not is_fresh()
    assert 'type="password"' not in text(answer)


@pytest.mark.parametrize(
    "page", ["email/", "data/export/", "data/leave/", "2fa/enrol/app/"]
)
def test_who_has_no_password_is_led_to_what_they_have(
    page: str,
    plain: Pages,
) -> None:
    answer = plain.open(page)
    assert went(answer).startswith(AGAIN), page
    assert plain.client.get(went(answer)).status_code == 200


def test_who_is_signed_in_need_not_type_their_address(plain: Pages) -> None:
    assert 'value="ann@example.com"' in plain.read("password/reset/")
