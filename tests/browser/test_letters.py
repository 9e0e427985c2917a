"""Letters and the mailbox in a real browser: what people see, and that nothing is blocked."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from accounts.mail import html, letters
from accounts.outbox.models import Delivery
from accounts.outbox.worker import Runner
from config.brand import Brand
from config.encryption import decrypt
from tenants.services.brand import set_logo
from tests.browser.pages import complaints
from tests.browser.test_console import console, look_at
from tests.factories import TenantFactory
from tests.tenants.pictures import png

__all__ = ["console"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = """Hello Ann,

this is what happened on your account, and what you can do about it if it was
not you who did it.

    274 911

Reset your password: {issuer}/account/password/reset/key/?key=abcdefghijklmnop

When: 2026-11-25 13:00 UTC
Where: 192.0.2.7

If it was you, there is nothing to do.
"""


def shown(
    browser: Chrome,
    markup: str,
) -> None:
    browser.get(f"data:text/html;charset=utf-8,{quote(markup)}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_letter_is_readable(
    scheme: str,
    chromium: Chrome,
    settings: Any,
    tmp_path: Path,
) -> None:
    chromium.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    chromium.set_window_size(800, 900)
    text = TEXT.format(issuer=settings.ISSUER)
    brand = Brand(name="Acme Shop", accent="#8a1c1c", accent_dark="#e08a8a")
    shown(chromium, html.rendered(subject="Hi", text=text, brand=brand))
    chromium.save_screenshot(str(tmp_path / f"letter-{scheme}.png"))
    button = chromium.find_element(By.LINK_TEXT, "Reset your password")
    assert button.is_displayed() and button.size["height"] >= 40
    wide = chromium.execute_script("return document.documentElement.scrollWidth")
    assert wide <= chromium.execute_script("return window.innerWidth")


def test_the_mailbox_shows_a_letter_in_a_frame_that_may_do_nothing(
    console: Chrome,
    settings: Any,
    live_server: Any,
    tmp_path: Path,
) -> None:
    settings.MAILBOX = True
    settings.ISSUER = live_server.url
    acme = TenantFactory.create(brand_name="Acme <script>alert(1)</script>")
    set_logo(acme, data=png(80, 40), content_type="image/png", acting_user=None)
    letters.write(
        "code",
        to="ann@example.com",
        tenant_id=acme.pk,
        name="<script>alert(2)</script>",
        code="274911",
        welcome=True,
    )
    sent = Delivery.objects.get()
    assert json.loads(decrypt(sent.payload))["html"]
    Runner().drain()

    look_at(console, "/admin/outbox/delivery/mailbox/")
    console.find_element(By.LINK_TEXT, "Your verification code").click()
    frame = console.find_element(By.TAG_NAME, "iframe")
    console.execute_script("arguments[0].scrollIntoView()", frame)
    console.save_screenshot(str(tmp_path / "mailbox.png"))
    console.switch_to.frame(frame)
    assert console.find_element(By.CLASS_NAME, "code").text == "274911"
    logo = console.find_element(By.TAG_NAME, "img")
    assert console.execute_script("return arguments[0].naturalWidth", logo) == 80
    console.switch_to.default_content()
    assert complaints(console) == []
