"""The page where a device's code is typed, and what it then shows."""

from typing import Any

import pytest
from django.test import Client

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Application
from tests.factories import ApiFactory, TenantFactory, UserFactory
from tests.tokens.oidc.boxes import (
    PAGE,
    Box,
    box,
    browser_with,
    decide,
    decided,
    type_code,
)
from tests.tokens.pages.people import Browser, text, went
from tokens.oidc.models import DeviceCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
WRONG = "This code is wrong, or its time is over."
BY_PASSWORD = {"amr": ["pwd"]}


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def tv() -> Box:
    return box(client_uri="https://tv.example")


@pytest.mark.spec("RFC 8628 3.3", "RFC 8628 5.4")
def test_the_page_says_what_asks_for_whom_and_from_where(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes(scope="openid email orders:read")
    DeviceCode.objects.update(ip="203.0.113.77", user_agent="Box/1.0 (Linux)")
    browser = browser_with(ann)
    path = went(type_code(browser, given["user_code"]))
    assert given["user_code"] not in path
    page = text(browser.get(path))
    assert "Sign in to <bdi>Television</bdi> on a device?" in page
    assert "<strong>Ann</strong> (<bdi>ann@example.com</bdi>)" in page
    assert "See your e-mail address" in page and "Read orders" in page
    assert "203.0.113.77" in page and "Box on Linux" in page and " UTC" in page
    assert 'href="https://tv.example"' in page
    assert "on a device that you have in hand" in page
    for decision in ("allow", "deny", "switch"):
        assert f'name="decision" value="{decision}"' in page
    assert decided() == (False, False)


@pytest.mark.spec("RFC 8628 6.1")
@pytest.mark.parametrize(
    "written",
    ["{0}-{1}", "{0}{1}", " {0} {1} ", "{0}\u2013{1}", "{0}.{1}", "{0}_{1}"],
)
def test_a_code_is_taken_however_it_is_written(
    tv: Box,
    ann: User,
    written: str,
) -> None:
    parts = tv.codes()["user_code"].split("-")
    browser = browser_with(ann)
    for typed in (written.format(*parts), written.format(*parts).lower()):
        assert went(type_code(browser, typed)).startswith(f"{PAGE}?device=")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "".join(parts))
    assert went(type_code(browser, wide)).startswith(f"{PAGE}?device=")


@pytest.mark.parametrize(
    "typed",
    ["BBBB-BBBB", "b", "\u0634" * 8, "\u00e9" * 64, "<script>", "0" * 64, "....", "😀"],
)
def test_a_wrong_code_is_told_at_its_field(
    ann: User,
    typed: str,
) -> None:
    answer = type_code(browser_with(ann), typed)
    assert answer.status_code == 400
    assert WRONG in text(answer) and "<script>" not in text(answer)
    assert Event.objects.filter(action=Action.DEVICE_CODE_REFUSED).count() == 1


@pytest.mark.parametrize("typed", ["", " - ", "B" * 65, "a\x00b"])
def test_what_can_be_no_code_is_told_too(
    ann: User,
    typed: str,
) -> None:
    answer = type_code(browser_with(ann), typed)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in text(answer)


def test_the_field_helps_to_type(ann: User) -> None:
    page = text(browser_with(ann).get(PAGE))
    field = page[page.index('<input type="text" name="user_code"') :].split(">")[0]
    for attribute in (
        'autocomplete="off"',
        'autocapitalize="characters"',
        'inputmode="text"',
        'spellcheck="false"',
        "autofocus",
    ):
        assert attribute in field, field


@pytest.mark.spec("RFC 8628 3.3.1")
def test_a_scanned_link_fills_in_the_code_and_decides_nothing(
    tv: Box,
    ann: User,
) -> None:
    given = tv.codes()
    there = given["verification_uri_complete"].removeprefix("http://127.0.0.1:8000")
    page = text(browser_with(ann).get(there))
    assert f'value="{given["user_code"]}"' in page
    assert "only if your device shows this very code" in page
    assert decided() == (False, False)


@pytest.mark.parametrize("query", ["%22%3E%3Cb%3E", "BBBB", "%FF", "B" * 9000])
def test_a_link_fills_in_nothing_else(
    ann: User,
    query: str,
) -> None:
    page = browser_with(ann).get(f"{PAGE}?user_code={query}")
    assert page.status_code == 200 and 'value="' in text(page)
    assert "<b>" not in text(page) and "BBBB" not in text(page)


def test_who_is_not_signed_in_signs_in_first_and_comes_back(
    tv: Box,
    ann: User,
) -> None:
    code = tv.codes()["user_code"]
    browser = Browser()
    answer = browser.get(f"{PAGE}?user_code={code}")
    sign_in = f"/account/login/?next=%2Foauth%2Fdevice%3Fuser_code%3D{code}"
    assert went(answer) == sign_in
    back = went(browser.log_in(ann.email, path=sign_in))
    assert back == f"{PAGE}?user_code={code}"
    assert f'value="{code}"' in text(browser.get(back))
    assert went(decide(browser, code)).startswith("200")


@pytest.mark.parametrize("device", ["", "x", "%22", "1" * 3000])
def test_a_made_up_request_is_over(
    ann: User,
    device: str,
) -> None:
    page = browser_with(ann).get(f"{PAGE}?device={device}")
    assert page.status_code == 200 and "This request is over" in text(page)


@pytest.mark.spec("RFC 8628 5.1")
@pytest.mark.parametrize("name", ["device_guesses_account", "device_guesses_ip"])
def test_guesses_are_counted_before_they_are_looked_up(
    settings: Any,
    tv: Box,
    ann: User,
    name: str,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = settings.LIMITS | {name: "3/1h"}
    code, browser = tv.codes()["user_code"], browser_with(ann)
    for _ in range(5):
        assert type_code(browser, code).status_code == 302, "a right one is given back"
    wrong = [type_code(browser, "BBBB-BBBB").status_code for _ in range(4)]
    assert wrong == [400, 400, 400, 429]
    limited = type_code(browser, code)
    assert limited.status_code == 429 and int(limited["Retry-After"]) > 0
    assert "Too many tries. Try again in 60 minutes." in text(limited)
    someone = browser_with(UserFactory())
    by_ip = name.endswith("ip")
    assert type_code(someone, code).status_code == (429 if by_ip else 302)
    assert Event.objects.filter(action=Action.DEVICE_CODE_REFUSED).count() == 3


def test_a_look_at_the_page_is_no_guess(
    settings: Any,
    ann: User,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = settings.LIMITS | {"device_guesses_account": "1/1h"}
    browser = browser_with(ann)
    for _ in range(3):
        assert browser.get(f"{PAGE}?user_code=BBBB-BBBB").status_code == 200
    assert type_code(browser, "BBBB-BBBB").status_code == 400


def test_a_consent_that_is_remembered_says_how_it_is_taken_back(ann: User) -> None:
    for first_party in (True, False):
        code = box(is_first_party=first_party).codes()["user_code"]
        browser = browser_with(ann)
        page = text(browser.get(went(type_code(browser, code))))
        assert ("take your consent back" in page) is not first_party


def test_the_oldest_of_too_many_requests_goes(
    tv: Box,
    ann: User,
) -> None:
    browser = browser_with(ann)
    paths = [went(type_code(browser, tv.codes()["user_code"])) for _ in range(9)]
    assert "This request is over" in text(browser.get(paths[0]))
    for path in paths[1:]:
        assert "Television" in text(browser.get(path))


def test_the_pages_of_a_request_look_like_its_tenant(ann: User) -> None:
    tv = box(tenant=TenantFactory(name="Shop Inc."))
    browser = browser_with(ann)
    path = went(type_code(browser, tv.codes()["user_code"]))
    assert "<span>Shop Inc.</span>" in text(browser.get(path))
    answer = browser.post(path, decision="allow")
    assert "<span>Shop Inc.</span>" in text(answer)


def test_nobody_keeps_or_frames_the_pages(
    tv: Box,
    ann: User,
) -> None:
    browser = browser_with(ann)
    path = went(type_code(browser, tv.codes()["user_code"]))
    for answer in (browser.get(PAGE), browser.get(path)):
        assert "no-store" in answer["Cache-Control"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_other_methods_are_not_served() -> None:
    assert Client().put(PAGE).status_code == 405
    assert Client().head(PAGE).status_code == 302


def test_what_an_api_says_of_its_scopes_is_shown(ann: User) -> None:
    tv = box()
    Application.objects.update(scopes=["films:see"])
    api = ApiFactory(
        tenant=tv.application.tenant,
        scopes=[{"name": "films:see", "description": "See your films"}],
    )
    tv.application.apis.set([api])
    browser = browser_with(ann)
    code = tv.codes(resource=api.identifier)["user_code"]
    assert "See your films" in text(browser.get(went(type_code(browser, code))))
