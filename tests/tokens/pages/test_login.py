"""Signing in, as a browser meets it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.services import disable_user
from tenants.models import Tenant
from tests.authenticators import App
from tests.factories import PASSWORD, UserFactory
from tests.operators import root
from tests.passkeys import Passkey
from tests.tokens.pages.people import HOME, LOGIN, MFA, Browser, options, text, went
from tokens.models import Login, Session

pytestmark = pytest.mark.django_db
PASSKEY = "/account/passkey/"


def test_the_form_is_one_that_password_managers_know(browser: Browser) -> None:
    page = browser.get(LOGIN)
    assert page.status_code == 200
    assert 'autocomplete="username webauthn"' in text(page)
    assert 'autocomplete="current-password"' in text(page)
    assert "no-store" in page["Cache-Control"] and "no-cache" in page["Cache-Control"]


def test_address_and_password_sign_in_with_a_new_cookie(
    browser: Browser,
    ann: User,
) -> None:
    browser.get(LOGIN)
    before = browser.cookie
    assert went(browser.log_in()) == HOME
    assert browser.cookie and browser.cookie != before
    session = Session.objects.get()
    assert session.door == "browser" and session.login.user == ann
    assert "ann@example.com" in text(browser.get(HOME))
    assert not browser.holding(before).is_in()


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@example.com", "Tr0ub4dor"),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("ann@example.com", "hunter2-" * 9),
        ("ann@example.com", "pässword \U0001f600"),
    ],
)
def test_who_is_not_known_is_told_one_thing(
    email: str,
    password: str,
    browser: Browser,
    ann: User,
) -> None:
    answer = browser.log_in(email, password)
    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in text(answer)
    assert password not in text(answer)
    assert not Login.objects.exists()


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", ""),
        ("ann@example.com", ""),
        ("a\x00b@example.com", PASSWORD),
        ("ann@example.com", "\x00"),
        ("x" * 5000, PASSWORD),
        ("ann@example.com", "x" * 100_000),
    ],
)
def test_what_no_form_sends_is_told_at_its_field(
    email: str,
    password: str,
    browser: Browser,
) -> None:
    answer = browser.log_in(email, password)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in text(answer)


def test_a_body_beyond_any_form_is_refused(browser: Browser) -> None:
    assert browser.log_in("x" * 2_000_000).status_code in (400, 413)


def test_after_too_many_tries_minutes_are_told(
    browser: Browser,
    ann: User,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"login_account": "2/15m"}
    answers = [browser.log_in(password="wrong") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "Too many tries. Try again in 15 minutes." in text(answers[-1])
    assert int(answers[-1]["Retry-After"]) > 0


def test_somebody_disabled_is_told_what_everybody_is(
    browser: Browser,
    ann: User,
) -> None:
    disable_user(ann, acting_user=root())
    assert browser.log_in().status_code == 401


def test_whoever_is_signed_in_goes_on(
    browser: Browser,
    ann: User,
) -> None:
    UserFactory(email="bob@example.com")
    browser.log_in()
    assert went(browser.get(LOGIN, next="/account/x/")) == "/account/x/"
    assert went(browser.log_in("bob@example.com")) == HOME
    assert Session.objects.count() == 1


def test_a_form_without_its_token_is_refused(
    browser: Browser,
    ann: User,
) -> None:
    form = {"email": "ann@example.com", "password": PASSWORD}
    assert browser.client.post(LOGIN, form).status_code == 403
    browser.get(LOGIN)
    assert browser.client.post(LOGIN, form).status_code == 403
    assert browser.client.post(PASSKEY, {"credential": "{}"}).status_code == 403


def test_other_methods_are_refused(browser: Browser) -> None:
    assert Client().put(LOGIN).status_code == 405
    assert Client().delete(LOGIN).status_code == 405
    assert Client().get(PASSKEY).status_code == 405
    assert browser.client.head(LOGIN).status_code == 200


def test_a_factor_is_asked_for_and_the_cookie_is_new(
    browser: Browser,
    app: App,
) -> None:
    browser.get(LOGIN)
    before = browser.cookie
    assert went(browser.log_in(path=f"{LOGIN}?next=/account/x/")) == MFA
    assert browser.cookie != before
    assert not Login.objects.exists() and not browser.is_in()


def test_the_flow_is_in_no_page_and_no_url(
    browser: Browser,
    app: App,
) -> None:
    answer = browser.log_in()
    token = browser.client.session["pending"]["flow_token"]
    assert len(token) > 20
    for shown in (answer, browser.get(MFA), browser.get(LOGIN)):
        assert token not in text(shown) and token not in str(shown.headers)


def test_sign_up_is_offered_only_where_it_is_open(
    browser: Browser,
    tenant: Tenant,
) -> None:
    assert "/account/signup/" in text(browser.get(LOGIN))
    Tenant.objects.filter(pk=tenant.pk).update(registration="invite")
    assert "/account/signup/" not in text(browser.get(LOGIN))


def test_a_suspended_instance_says_so(
    browser: Browser,
    tenant: Tenant,
    ann: User,
) -> None:
    browser.get(LOGIN)
    Tenant.objects.filter(pk=tenant.pk).update(suspended_at=timezone.now())
    answer = browser.log_in()
    assert answer.status_code == 403


def test_a_passkey_alone_signs_in(
    browser: Browser,
    ann: User,
    passkey: Passkey,
) -> None:
    answer = passkey.get(options(browser.get(LOGIN)))
    before = browser.cookie
    assert went(browser.show(f"{PASSKEY}?next=/account/x/", answer)) == "/account/x/"
    assert browser.cookie != before and browser.is_in()
    assert Session.objects.get().login.amr == ["pop", "mfa"]
    assert not browser.holding(before).is_in()


def test_a_passkeys_answer_is_good_once(
    browser: Browser,
    passkey: Passkey,
) -> None:
    answer = passkey.get(options(browser.get(LOGIN)))
    before = browser.cookie
    browser.show(PASSKEY, answer)
    copy = browser.holding(before)
    copy.client.cookies["ntt-csrf"] = browser.client.cookies["ntt-csrf"].value
    assert copy.show(PASSKEY, answer).status_code == 401
    assert Login.objects.count() == 1


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '"x"',
        "[" * 20_000,
        "9" * 5000,
        "\x00",
        "x" * 200_000,
    ],
)
def test_what_no_passkey_answers_is_refused(
    credential: str,
    browser: Browser,
) -> None:
    browser.get(LOGIN)
    answer = browser.post(PASSKEY, credential=credential)
    assert answer.status_code == 401
    assert "This passkey was not accepted." in text(answer)
    assert options(answer), "another try is offered"


def test_a_passkey_of_another_site_is_refused_and_recorded(
    browser: Browser,
    ann: User,
    passkey: Passkey,
) -> None:
    passkey.origin = "https://evil.example"
    answer = passkey.get(options(browser.get(LOGIN)))
    assert browser.show(PASSKEY, answer).status_code == 401
    assert Event.objects.filter(action=Action.LOGIN_FAILED).exists()


def test_a_passkey_without_an_offer_is_refused(
    browser: Browser,
    passkey: Passkey,
) -> None:
    answer = passkey.get(options(Browser().get(LOGIN)))
    assert browser.show(PASSKEY, answer).status_code == 401
    assert not browser.is_in()


def test_looking_twice_begins_one_flow(browser: Browser) -> None:
    assert options(browser.get(LOGIN)) == options(browser.get(LOGIN))


def test_where_the_issuer_is_an_address_there_are_no_passkeys(
    browser: Browser,
    settings: Any,
) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"
    page = browser.get(LOGIN)
    assert page.status_code == 200 and "data-passkey" not in text(page)
    assert browser.post(PASSKEY, credential="{}").status_code in (401, 409)
