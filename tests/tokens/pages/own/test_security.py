"""The list of factors; their names, and their end."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.flows import factors
from accounts.flows.factors import Factor
from accounts.models import User
from tests.authenticators import has_app
from tests.conftest import Together
from tests.factories import UserFactory
from tests.mailbox import mails
from tests.tokens.pages.browsers import Browser, signed_in
from tests.tokens.pages.own.test_enrolment import add_app, add_passkey
from tokens.models import Login

pytestmark = pytest.mark.django_db


def only(
    user: User,
    method: str,
) -> Factor:
    """Return a person's one factor of a kind."""
    (found,) = [f for f in factors.factors_of(user) if f.method == method]
    return found


def test_without_a_factor_one_is_offered(browser: Browser) -> None:
    page = browser.read("2fa/")
    assert "There is none yet." in page and "Add a second factor" in page
    assert "Recovery codes" not in page
    assert "Connected accounts" not in page


def test_factors_are_listed_with_what_is_left(browser: Browser) -> None:
    add_app(browser)
    add_passkey(browser)
    page = browser.read("2fa/")
    assert "Authenticator app" in page and "Firefox on Linux" in page
    assert "10 are left" in page and "Make new ones before" not in page
    assert "Added 20" in page


def test_few_codes_are_a_warning(
    ann: User,
    browser: Browser,
) -> None:
    has_app(ann)
    assert "None is left" in browser.read("2fa/")
    assert "Make new ones before you need them" in browser.read("2fa/")


def test_a_passkey_is_renamed(
    ann: User,
    browser: Browser,
) -> None:
    add_passkey(browser)
    path = f"2fa/{only(ann, 'webauthn').id}/"
    assert 'value="Firefox on Linux"' in browser.read(path)
    answer = browser.send(path, {"name": "Ännchen"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    assert "Ännchen" in browser.read("2fa/")
    answer = browser.send(path, {"name": "x" * 151})
    assert answer.status_code == 400 and 'id="name_error"' in answer.content.decode()


ALL = ["pwd", "otp", "mfa"]  # what a sign-in with the app has proven


def test_an_app_has_no_name(
    ann: User,
    browser: Browser,
) -> None:
    has_app(ann)
    Login.objects.update(amr=ALL)
    assert browser.open(f"2fa/{only(ann, 'totp').id}/").status_code == 404


def test_a_factor_is_removed_after_a_question(
    ann: User,
    browser: Browser,
) -> None:
    add_app(browser)
    path = f"2fa/{only(ann, 'totp').id}/remove/"
    assert "It is your last second factor" in browser.read(path)
    assert Authenticator.objects.filter(user=ann).count() == 2
    answer = browser.send(path)
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    assert not Authenticator.objects.filter(user=ann).exists()
    assert "“Authenticator app” was removed." in browser.read("2fa/")
    assert "removed" in mails("ann@example.com")[-1].subject
    again = browser.client.get(f"/account/{path}")
    assert again.status_code == 404


def test_the_last_of_two_is_not_spoken_of(
    ann: User,
    browser: Browser,
) -> None:
    add_app(browser)
    add_passkey(browser)
    path = f"2fa/{only(ann, 'totp').id}/remove/"
    assert "Your other second factors stay." in browser.read(path)


@pytest.mark.parametrize("page", ["2fa/{}/", "2fa/{}/remove/"])
def test_somebody_elses_factor_is_not_found(
    browser: Browser,
    page: str,
) -> None:
    bob = UserFactory()
    add_passkey(signed_in(bob))
    has_app(bob)
    for factor in factors.factors_of(bob):
        path = page.format(factor.id)
        assert browser.open(path).status_code == 404
        answer = browser.send(path, {"name": "mine"}, form="2fa/recovery-codes/")
        assert answer.status_code == 404
    assert {f.name for f in factors.factors_of(bob)} == {"", "Firefox on Linux"}


@pytest.mark.parametrize("method", ["recovery_code"])
def test_recovery_codes_are_not_removed_alone(
    ann: User,
    browser: Browser,
    method: str,
) -> None:
    add_app(browser)
    path = f"2fa/{only(ann, method).id}/remove/"
    assert browser.send(path, form="2fa/recovery-codes/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_who_remove_a_factor_one_does(
    ann: User,
    browser: Browser,
    together: Together,
) -> None:
    has_app(ann)
    path = f"2fa/{only(ann, 'totp').id}/remove/"
    browsers = [browser, *(signed_in(ann) for _ in range(3))]
    Login.objects.update(amr=ALL)
    tokens = [form_token(each) for each in browsers]

    def remove(number: int) -> int:
        given = {"csrfmiddlewaretoken": tokens[number]}
        answer = browsers[number].client.post(f"/account/{path}", given)
        return int(answer.status_code)

    assert sorted(together(4, remove)) == [302, 404, 404, 404]
    assert Event.objects.filter(action=Action.FACTOR_REMOVED).count() == 1


def form_token(browser: Browser) -> str:
    """Return the token of a browser's forms."""
    import re

    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.read(""))
    assert found
    return found[1]
