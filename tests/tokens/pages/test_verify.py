"""The mailed code, as a browser meets it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import disable_user
from tenants.models import Tenant
from tests.accounts.flows.doors import mailed_code
from tests.authenticators import has_app
from tests.conftest import Together
from tests.factories import UserFactory
from tests.mailbox import mails
from tests.operators import root
from tests.tokens.pages.people import HOME, LOGIN, MFA, Browser, text, went
from tokens.models import Login

pytestmark = pytest.mark.django_db
VERIFY = "/account/verify/"


@pytest.fixture
def bob(
    keys: None,
    tenant: Tenant,
) -> User:
    """Somebody whose address was never proven, where that is asked for."""
    Tenant.objects.filter(pk=tenant.pk).update(verification_required=True)
    user: User = UserFactory(email="bob@example.com", verified=False)
    return user


@pytest.fixture
def begun(
    browser: Browser,
    bob: User,
) -> Browser:
    """Bob's browser, after his password."""
    assert went(browser.log_in(bob.email)) == VERIFY
    return browser


def test_the_code_signs_in_with_a_new_cookie(begun: Browser) -> None:
    before = begun.cookie
    assert went(begun.post(VERIFY, code=f" {mailed_code().lower()} ")) == HOME
    assert begun.cookie != before and begun.is_in()
    assert not begun.holding(before).is_in()


def test_a_wrong_code_is_told_and_the_flow_goes_on(begun: Browser) -> None:
    answer = begun.post(VERIFY, code="AAAA-AAAA")
    assert answer.status_code == 401
    assert "The code is wrong." in text(answer)
    assert went(begun.post(VERIFY, code=mailed_code())) == HOME


@pytest.mark.parametrize("code", ["", "\x00", "x" * 500])
def test_what_is_no_code_is_told_at_its_field(
    code: str,
    begun: Browser,
) -> None:
    assert begun.post(VERIFY, code=code).status_code == 400


@pytest.mark.parametrize("code", ["\U0001f600", "１２３", "-", "' OR 1=1"])
def test_a_strange_code_is_a_wrong_one(
    code: str,
    begun: Browser,
) -> None:
    assert begun.post(VERIFY, code=code).status_code in (400, 401)


def test_another_code_kills_the_one_before(begun: Browser) -> None:
    first = mailed_code()
    assert went(begun.post(VERIFY, resend="1")) == VERIFY
    assert "We sent another code." in text(begun.get(VERIFY))
    assert mailed_code() != first
    assert begun.post(VERIFY, code=first).status_code == 401
    assert went(begun.post(VERIFY, code=mailed_code())) == HOME


def test_codes_are_not_mailed_without_end(
    begun: Browser,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"resend_account": "1/1h"}
    answers = [begun.post(VERIFY, resend="1") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "Try again in" in text(answers[-1])
    assert len(mails()) <= 3


def test_a_flow_that_is_over_leads_back(
    begun: Browser,
    bob: User,
) -> None:
    disable_user(bob, acting_user=root())
    assert went(begun.post(VERIFY, code=mailed_code())) == LOGIN
    assert "Begin again." in text(begun.get(LOGIN))
    assert not Login.objects.exists()


def test_who_did_not_begin_is_sent_to_begin(browser: Browser) -> None:
    assert went(browser.get(VERIFY)) == LOGIN
    assert went(browser.post(VERIFY, code="AAAA-AAAA")) == LOGIN
    assert went(browser.post(VERIFY, resend="1")) == LOGIN


def test_a_code_is_of_no_use_in_another_browser(
    begun: Browser,
    bob: User,
) -> None:
    code = mailed_code()
    other = Browser()
    other.log_in(bob.email)
    assert other.post(VERIFY, code=code).status_code == 401


def test_a_step_is_not_skipped(
    begun: Browser,
    bob: User,
) -> None:
    assert went(begun.get(MFA)) == VERIFY
    assert went(begun.get("/account/2fa/required/")) == VERIFY
    has_app(bob)
    assert went(begun.post(VERIFY, code=mailed_code())) == MFA
    assert went(begun.get(VERIFY)) == MFA


def test_a_form_of_another_site_and_other_methods_are_refused(begun: Browser) -> None:
    form = {"code": mailed_code()}
    assert begun.client.post(VERIFY, form).status_code == 403
    assert Client().put(VERIFY).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_a_code_one_gets_in(
    begun: Browser,
    together: Together,
) -> None:
    cookie, csrf = begun.cookie, begun.client.cookies["ntt-csrf"].value
    code = mailed_code()

    def send(number: int) -> Any:
        copy = begun.holding(cookie)
        copy.client.cookies["ntt-csrf"] = csrf
        return copy.post(VERIFY, code=code)

    answers = together(6, send)
    assert all(answer.status_code < 500 for answer in answers), answers
    assert [a.get("Location") for a in answers].count(HOME) == 1
    assert Login.objects.count() == 1
