"""The operator console in a real browser, under its content security policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tenants.services.secrets import authenticate_secret
from tests.authenticators import has_app
from tests.browser.pages import Look, complaints, fill, looked_at, overflow
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    MembershipFactory,
    TenantFactory,
)
from tests.operators import root

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def console(
    chromium: Chrome,
    live_server: Any,
    settings: Any,
    keys: None,
) -> Iterator[Chrome]:
    """A browser in which a superuser has signed in through the pages, with an app."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    chromium.base = live_server.url  # type: ignore[attr-defined]
    operator = root()
    app = has_app(operator)
    chromium.get(f"{live_server.url}/admin/audit/event/")
    fill(chromium, email=operator.email, password=PASSWORD)
    fill(chromium, code=app.code())
    WebDriverWait(chromium, 10).until(
        lambda browser: browser.current_url == f"{live_server.url}/admin/audit/event/"
    )
    yield chromium


def look_at(
    browser: Chrome,
    path: str,
) -> None:
    """Open a page and let its scripts run."""
    browser.get(f"{browser.base}{path}")  # type: ignore[attr-defined]
    WebDriverWait(browser, 10).until(
        lambda b: b.execute_script(
            "return document.readyState === 'complete' && !!window.Alpine"
        )
    )


def test_no_page_breaks_the_content_security_policy(
    console: Chrome,
    keys: None,
) -> None:
    tenant = TenantFactory.create()
    ApplicationFactory.create(tenant=tenant)
    MembershipFactory.create(tenant=tenant)
    look_at(console, "/admin/")
    assert complaints(console) == []
    for model in admin.site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{stem}_changelist")]
        if "tenants" in stem:
            pages.append(reverse(f"{stem}_add"))
        for key in model._default_manager.values_list("pk", flat=True)[:1]:
            pages.append(reverse(f"{stem}_change", args=(key,)))
        for page in pages:
            look_at(console, page)
            assert complaints(console) == [], page


def test_the_policy_is_there_and_bites(console: Chrome) -> None:
    look_at(console, "/admin/")
    console.execute_script(
        "const s = document.createElement('script');"
        "s.textContent = 'window.ran = true'; document.body.append(s)"
    )
    ran = console.execute_script("return window.ran")
    assert ran is None
    assert "Content Security Policy" in str(complaints(console))


def test_the_front_page_draws_its_chart(console: Chrome) -> None:
    look_at(console, "/admin/")
    drawn = console.execute_script(
        "const c = document.querySelector('canvas.chart');"
        "return c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.some(value => value > 0)"
    )
    assert drawn


def test_a_rotated_secret_is_copied_by_its_button(console: Chrome) -> None:
    application = ApplicationFactory.create(type="web", is_first_party=False)
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    console.execute_cdp_cmd("Browser.grantPermissions", grant)
    look_at(console, f"/admin/tenants/application/{application.pk}/rotate-secret/")
    console.find_element(By.CSS_SELECTOR, ".console-card [type=submit]").click()
    field = console.find_element(By.ID, "console-secret")
    clear = field.get_attribute("value") or ""
    assert authenticate_secret(application.client_id, clear) == application
    button = console.find_element(By.CSS_SELECTOR, "[data-copy]")
    button.click()
    WebDriverWait(console, 5).until(lambda browser: button.text == "Copied")
    pasted = console.execute_async_script(
        "const done = arguments[0];"
        "navigator.clipboard.readText().then(done, error => done(String(error)))"
    )
    assert pasted == clear
    assert complaints(console) == []


def test_settings_to_integrate_are_copied_and_fit_a_phone(console: Chrome) -> None:
    application = ApplicationFactory.create(
        type="web", grants=["authorization_code"], is_first_party=False, scopes=[]
    )
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    console.execute_cdp_cmd("Browser.grantPermissions", grant)
    look_at(console, f"/admin/tenants/application/{application.pk}/change/")
    button = console.find_element(By.CSS_SELECTOR, "[data-copy*=standard-client]")
    console.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    WebDriverWait(console, 5).until(lambda browser: button.text == "Copied")
    pasted = console.execute_async_script(
        "const done = arguments[0];"
        "navigator.clipboard.readText().then(done, error => done(String(error)))"
    )
    assert f"OIDC_CLIENT_ID={application.client_id}\n" in pasted
    with looked_at(console, Look("narrow", width=360)):
        assert overflow(console) <= 0
    assert complaints(console) == []


def test_disabling_is_asked_about_and_then_done(console: Chrome) -> None:
    alice = MembershipFactory.create().user
    look_at(console, f"/admin/accounts/user/{alice.pk}/change/")
    console.find_element(By.LINK_TEXT, "Disable").click()
    alice.refresh_from_db()
    assert alice.is_active
    console.find_element(By.CSS_SELECTOR, ".console-card [type=submit]").click()
    WebDriverWait(console, 10).until(
        lambda browser: "The user was disabled." in browser.page_source
    )
    alice.refresh_from_db()
    assert not alice.is_active
    assert complaints(console) == []
