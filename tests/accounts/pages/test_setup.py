"""The set-up page, as a browser meets it."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import SetupLink, User
from accounts.services import create_setup_link
from accounts.services.setup import setup_path
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

PATH = "/account/setup/"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def opened(
    browser: Client,
    token: str,
) -> str:
    """Open the page and return its form token."""
    page = browser.get(setup_path(token))
    found = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode()
    )
    assert page.status_code == 200 and found
    return found[1]


def sent(
    browser: Client,
    token: str,
    **changed: str,
) -> Any:
    """Open the page and send its form, as chromium does from a page without referrer."""
    form = {
        "csrfmiddlewaretoken": opened(browser, token),
        "token": token,
        "email": "root@example.com",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    return browser.post(PATH, form | changed, headers={"origin": "null"})


def test_the_first_superuser_chooses_a_password_and_enrols_a_factor_next(
    browser: Client,
) -> None:
    answer = sent(browser, create_setup_link())

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/2fa/enrol/?next=%2Fadmin%2F",
    )
    user = User.objects.get()
    assert user.is_superuser and user.check_password(PASSWORD)


def test_opening_the_link_claims_nothing(browser: Client) -> None:
    token = create_setup_link()
    for _ in range(3):
        opened(browser, token)
    browser.head(setup_path(token))

    assert SetupLink.objects.get().claimed_at is None
    assert not User.objects.exists()


def test_the_page_leaves_no_trace_of_the_link(browser: Client) -> None:
    page = browser.get(setup_path(create_setup_link()))

    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    text = page.content.decode()
    scripts = re.findall("<script[^>]*>", text)
    assert scripts == ['<script type="module" src="/static/account/page.js">']
    assert "style=" not in text and "http://" not in text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "no address"}, "not an e-mail address"),
        ({"email": ""}, "This field is required."),
        ({"again": "something else"}, "The two passwords are not the same."),
        ({"password": "short", "again": "short"}, "Use at least 15 characters"),
        ({"password": "", "again": ""}, "This field is required."),
        ({"email": "taken@example.com"}, "There is an account with this"),
    ],
)
def test_a_fault_is_told_in_plain_words_and_the_address_is_kept(
    changed: dict[str, str],
    words: str,
    browser: Client,
) -> None:
    UserFactory.create(email="taken@example.com")
    token = create_setup_link()

    answer = sent(browser, token, **changed)

    text = answer.content.decode()
    assert answer.status_code in (400, 409)
    assert words in text
    if email := changed.get("email", "root@example.com"):
        assert f'value="{email}"' in text
    assert PASSWORD not in text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert SetupLink.objects.get().claimed_at is None


def test_spaces_of_a_password_are_kept(browser: Client) -> None:
    spaced = f"  {PASSWORD}  "

    sent(browser, create_setup_link(), password=spaced, again=spaced)

    assert User.objects.get().check_password(spaced)


@pytest.mark.parametrize("token", ["", "unknown", "%20", "x" * 5000])
def test_a_link_that_is_none_says_what_to_do(
    token: str,
    browser: Client,
) -> None:
    answer = browser.get(f"{PATH}?token={token}")

    assert answer.status_code == 410
    assert "manage.py setup-link" in answer.content.decode()


def test_a_used_link_says_so(browser: Client) -> None:
    token = create_setup_link()
    form = opened(browser, token)
    UserFactory.create(is_superuser=True)

    again = {"token": token, "email": "a@example.com", "csrfmiddlewaretoken": form}
    answer = browser.post(PATH, again | {"password": PASSWORD, "again": PASSWORD})

    assert answer.status_code == 410
    assert User.objects.count() == 1


@pytest.mark.parametrize("origin", ["null", "https://evil.example", None])
def test_a_form_of_another_site_is_refused(
    origin: str | None,
    browser: Client,
) -> None:
    token = create_setup_link()
    opened(browser, token)
    form = {"token": token, "email": "a@example.com", "password": PASSWORD}
    headers = {"origin": origin} if origin else {}

    answer = browser.post(PATH, form | {"again": PASSWORD}, headers=headers)

    assert answer.status_code == 403
    assert not User.objects.exists()


def test_only_get_and_post_are_answered() -> None:
    assert Client().put(PATH).status_code == 405
