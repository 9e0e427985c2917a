"""Factors are set up: an app by its code, a passkey by its answer."""

import html
import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from tests.authenticators import App, has_app
from tests.passkeys import ISSUER, Passkey
from tests.tokens.pages.browsers import Browser, signed_in
from tokens.models import Login

pytestmark = pytest.mark.django_db

APP, PASSKEY = "2fa/enrol/app/", "2fa/enrol/passkey/"
CODES = "/account/2fa/recovery-codes/"


def secret_of(page: str) -> str:
    """Return the secret that a page shows."""
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")


def options_of(page: str) -> Any:
    """Return the WebAuthn options that a page holds."""
    found = re.search(r'<script type="application/json">(.+?)</script>', page)
    assert found, page
    return json.loads(found[1])


def add_app(
    browser: Browser,
    after: str = "",
) -> Any:
    """Set an app up; return the answer."""
    app = App(secret_of(browser.read(APP + after)))
    return browser.send(APP + after, {"code": app.code()})


def add_passkey(
    browser: Browser,
    passkey: Passkey | None = None,
    after: str = "",
) -> Any:
    """Set a passkey up; return the answer."""
    options = options_of(browser.read(PASSKEY + after))
    made = (passkey or Passkey()).create(options)
    page = f"/account/{PASSKEY}{after}"
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.read(""))
    assert token
    given = {"csrfmiddlewaretoken": token[1], "credential": json.dumps(made)}
    return browser.client.post(page, given)


def test_both_are_offered_and_next_goes_along(browser: Browser) -> None:
    page = browser.read("2fa/enrol/?next=/admin/")
    assert "/account/2fa/enrol/app/?next=%2Fadmin%2F" in page
    assert "/account/2fa/enrol/passkey/?next=%2Fadmin%2F" in page


def test_not_now_does_not_lead_back_to_what_asked_for_it(browser: Browser) -> None:
    page = browser.read("2fa/enrol/?next=/admin/")
    assert re.search(r'href="/account/2fa/">\s*Not now', page)
    assert 'href="/admin/"' not in page


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\e"])
def test_nobody_is_led_elsewhere(
    browser: Browser,
    wanted: str,
) -> None:
    assert "evil" not in browser.read(f"2fa/enrol/?next={wanted}")
    assert add_app(browser, f"?next={wanted}")["Location"] == CODES


def test_an_issuer_that_is_an_address_has_no_passkeys(
    browser: Browser,
    settings: Any,
) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"
    assert "passkey/" not in browser.read("2fa/enrol/")
    assert browser.open(PASSKEY).status_code == 409


def test_a_first_app_brings_recovery_codes_and_then_what_was_wanted(
    ann: User,
    browser: Browser,
) -> None:
    answer = add_app(browser, "?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{CODES}?next=%2Fadmin%2F",
    )
    page = browser.client.get(answer["Location"]).content.decode()
    assert "The authenticator app was added." in page
    assert len(re.findall("<li><code>", page)) == 10
    assert 'href="/admin/"' in page
    assert "<li><code>" not in browser.read("2fa/recovery-codes/")
    assert Login.objects.get().amr == ["pwd", "otp", "mfa"]


def test_the_secret_is_a_picture_and_the_same_until_it_is_proven(
    browser: Browser,
) -> None:
    page = browser.read(APP)
    assert 'src="data:image/svg+xml;base64,' in page
    assert secret_of(page) == secret_of(browser.read(APP))
    answer = browser.send(APP, {"code": App(secret_of(page)).wrong()})
    assert answer.status_code == 401
    assert 'id="code_error"' in answer.content.decode()
    assert secret_of(answer.content.decode()) == secret_of(page)
    code = App(secret_of(page)).code()
    assert browser.send(APP, {"code": f" {code[:3]} {code[3:]}"}).status_code == 302


def test_what_waits_is_in_no_form_and_no_url(browser: Browser) -> None:
    page = browser.read(APP)
    kept = browser.client.session["enrolling_totp"]
    assert kept["flow_token"] not in page and len(kept["flow_token"]) > 20
    assert "otpauth" not in page and html.escape(kept["uri"]) not in page


def test_another_browser_has_another_secret(
    ann: User,
    browser: Browser,
) -> None:
    assert secret_of(browser.read(APP)) != secret_of(signed_in(ann).read(APP))


def test_there_is_one_app_for_an_account(
    ann: User,
    browser: Browser,
) -> None:
    has_app(ann)
    page = browser.read("2fa/enrol/")
    assert "There is an authenticator app already" in page
    answer = browser.open(APP)
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    assert "There is an authenticator app for this account" in browser.read("2fa/")


def test_a_form_that_is_sent_twice_leads_to_the_codes(browser: Browser) -> None:
    app = App(secret_of(browser.read(APP)))
    opened = browser.read(APP)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', opened)
    assert token
    given = {"csrfmiddlewaretoken": token[1], "code": app.code()}
    answers = [browser.client.post(f"/account/{APP}", given) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [CODES, f"/account/{APP}"]
    assert browser.open(APP)["Location"] == CODES
    assert browser.read("2fa/recovery-codes/").count("<li><code>") == 10


def test_an_enrolment_that_ran_out_begins_anew(
    ann: User,
    browser: Browser,
) -> None:
    first = secret_of(browser.read(APP))
    kept = browser.client.session
    kept["enrolling_totp"] = {**kept["enrolling_totp"], "flow_token": "gone" * 8}
    kept.save()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.read(""))
    assert token
    given = {"csrfmiddlewaretoken": token[1], "code": App(first).code()}
    answer = browser.client.post(f"/account/{APP}?next=/admin/", given)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/account/{APP}?next=/admin/",
    )
    page = browser.read(APP)
    assert "That took too long" in page and secret_of(page) != first
    assert not Authenticator.objects.filter(user=ann).exists()


def test_somebody_elses_enrolment_is_none_of_mine(
    ann: User,
    browser: Browser,
) -> None:
    from tests.factories import UserFactory

    other = signed_in(UserFactory())
    other.read(APP)
    kept = browser.client.session
    kept["enrolling_totp"] = other.client.session["enrolling_totp"]
    kept.save()
    theirs = other.client.session["enrolling_totp"]["secret"]
    assert secret_of(browser.read(APP)) != theirs


@pytest.mark.parametrize(
    "code", ["", "abc", "１２３", "9" * 100, "1\x002345", "12345😀"]
)
def test_what_is_no_code_is_refused(
    browser: Browser,
    code: str,
) -> None:
    answer = browser.send(APP, {"code": code})
    assert answer.status_code in (400, 401)
    assert 'id="code_error"' in answer.content.decode()


def test_a_passkey_is_made_and_called_after_the_browser(
    ann: User,
    browser: Browser,
) -> None:
    answer = add_passkey(browser, after="?next=/admin/")
    assert answer["Location"] == f"{CODES}?next=%2Fadmin%2F"
    browser.client.get(answer["Location"])
    assert "Firefox on Linux" in browser.read("2fa/")
    assert set(Login.objects.get().amr) == {"pwd", "otp", "pop", "mfa"}
    second = add_passkey(browser, after="?next=/admin/")
    assert (second.status_code, second["Location"]) == (302, "/admin/")


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "null", "{}", "[" * 5000, '{"id": "\\u0000"}', "é" * 70_000],
)
def test_what_is_no_passkey_is_refused(
    ann: User,
    browser: Browser,
    credential: str,
) -> None:
    answer = browser.send(PASSKEY, {"credential": credential})
    assert answer.status_code in (400, 401)
    assert 'class="notice error"' in answer.content.decode()
    assert options_of(answer.content.decode())
    assert not Authenticator.objects.filter(user=ann).exists()


def test_a_passkey_of_another_site_is_refused(browser: Browser) -> None:
    answer = add_passkey(browser, Passkey(origin="https://evil.example"))
    assert answer.status_code == 401
    assert add_passkey(browser, Passkey(origin=ISSUER)).status_code == 302


def test_without_a_script_there_is_a_word_and_a_way(browser: Browser) -> None:
    page = browser.read(f"{PASSKEY}?next=/admin/")
    assert "<noscript>" in page and "Passkeys need JavaScript" in page
    assert 'href="/account/2fa/enrol/?next=%2Fadmin%2F"' in page


def test_an_operator_is_told_why(browser: Browser) -> None:
    told = "The operator console wants one."
    assert told in browser.read("2fa/enrol/?next=/admin/audit/event/")
    assert told not in browser.read("2fa/enrol/?next=/account/")
