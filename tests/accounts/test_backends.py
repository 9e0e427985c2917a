"""How a password finds its user."""

import pytest
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.addresses import wire_form
from accounts.backends import Attempt, prove
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_any_spelling_of_an_address_finds_its_user() -> None:
    user = UserFactory.create(email="ádmin@example.com")

    assert authenticate(username=" ÁDMIN@example.com", password=PASSWORD) == user
    assert authenticate(email=wire_form(user.email_key), password=PASSWORD) == user
    assert authenticate(email="admin@example.com", password=PASSWORD) is None


@pytest.mark.parametrize(
    "email", ["", "no address", '"utf8-zz"@example.com', '"x"@y.io']
)
def test_what_is_no_address_finds_nobody(email: str) -> None:
    UserFactory.create()

    assert authenticate(email=email, password=PASSWORD) is None


def test_without_a_password_nobody_is_looked_for() -> None:
    user = UserFactory.create()

    assert authenticate(email=user.email, password="") is None


def test_the_attempt_s_own_password_counts_and_learns_the_outcome() -> None:
    user = UserFactory.create()
    request = HttpRequest()
    request.attempt = attempt = Attempt(password=" typed with spaces ")  # type: ignore[attr-defined]

    assert authenticate(request, email=user.email, password=PASSWORD) is None
    assert (attempt.user, attempt.outcome) == (user, "wrong password")


def test_the_outcome_is_a_word_for_operators() -> None:
    gone = UserFactory.create(is_active=False)

    assert prove(gone.email_key, PASSWORD) == (gone, "account disabled")
    assert prove(gone.email_key, "wrong") == (gone, "wrong password")
    assert prove("nobody@example.com", PASSWORD) == (None, "no such account")
    assert prove(None, PASSWORD) == (None, "no such account")
