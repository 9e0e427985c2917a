"""The mailbox of the embedded default keeps mail for superusers, and nowhere else."""

import json
import logging
from typing import Any

import pytest
from django.core import mail

from accounts.outbox import housekeeping, mailbox
from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_mail
from accounts.outbox.worker import Runner
from config.encryption import encrypt
from tests.operators import all_rights_but_root, console, root

pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/delivery/mailbox/"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def kept(settings: Any) -> Delivery:
    """One mail that went to the mailbox."""
    settings.MAILBOX = True
    left = enqueue_mail(
        to="alice@example.com",
        subject=f"Hi {EVIL}",
        text=f"{EVIL}\nSign in: {settings.ISSUER}/account/x?key=k\n",
        html=f"<p>Hello {EVIL}</p>",
    )
    Runner().drain()
    return left


def test_mail_is_kept_and_sent_to_nobody(
    kept: Delivery,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept.refresh_from_db()
    assert (kept.state, mail.outbox) == (Delivery.State.SENT, [])
    (found,) = mailbox.latest()
    assert (found.id, found.to) == (kept.pk, "alice@example.com")
    assert mailbox.count() == 1


def test_the_log_says_where_mail_is_and_not_what(
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.MAILBOX = True
    left = enqueue_mail(to="alice@example.com", subject="Hi", text="the-code")
    with caplog.at_level(logging.INFO):
        Runner().drain()
    (line,) = [r for r in caplog.records if "mailbox" in r.getMessage()]
    assert line.__dict__["delivery"] == str(left.pk)
    assert "the-code" not in caplog.text and "alice" not in str(line.__dict__)


def test_where_mail_is_really_sent_nothing_is_kept(
    kept: Delivery,
    settings: Any,
) -> None:
    settings.MAILBOX = False
    assert (mailbox.latest(), mailbox.count()) == ([], 0)
    housekeeping.run()
    kept.refresh_from_db()
    assert kept.payload == ""
    assert console(root()).get(LIST).status_code == 404


def test_what_is_no_mail_is_wiped_here_too(settings: Any) -> None:
    settings.MAILBOX = True
    hook = Delivery(kind="webhook", payload=encrypt(json.dumps({})))
    assert not mailbox.keeps(hook)


def test_a_superuser_reads_text_and_html_and_nothing_runs(kept: Delivery) -> None:
    operator = console(root())
    assert "alice@example.com" in operator.get(LIST).content.decode()
    page = operator.get(f"{LIST}{kept.pk}/")
    shown = page.content.decode()
    assert EVIL not in shown and "&lt;script&gt;" in shown
    assert "/account/x?key=k</a>" in shown
    assert "frame-src 'self'" in page["Content-Security-Policy"]

    part = operator.get(f"{LIST}{kept.pk}/html")
    assert part.content.decode() == f"<p>Hello {EVIL}</p>"
    policy = part["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy and "allow-scripts" not in policy
    assert part["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in part["Cache-Control"]


@pytest.mark.parametrize("tail", ["", "{key}/", "{key}/html"])
def test_nobody_but_a_superuser_looks(
    tail: str,
    kept: Delivery,
    client: Any,
) -> None:
    path = LIST + tail.format(key=kept.pk)
    assert console(all_rights_but_root()).get(path).status_code == 403
    assert client.get(path).status_code == 302


def test_a_mail_that_is_none_is_not_found(kept: Delivery) -> None:
    path = f"{LIST}0198c0de-0000-7000-8000-000000000000/"
    assert console(root()).get(path).status_code == 404
    assert console(root()).get(f"{path}html").status_code == 404


def test_the_front_page_leads_a_superuser_there(
    kept: Delivery,
    settings: Any,
) -> None:
    def titles(user: Any) -> set[str]:
        tiles = console(user).get("/admin/").context["tiles"]
        return {tile.title for tile in tiles}

    assert "Mailbox" in titles(root())
    assert "Mailbox" not in titles(all_rights_but_root())
    settings.MAILBOX = False
    assert "Mailbox" not in titles(root())


def test_the_navigation_has_it_where_it_is(
    kept: Delivery,
    settings: Any,
) -> None:
    def marked(user: Any) -> list[str]:
        groups = console(user).get(f"{LIST}").context["sidebar_navigation"]
        items = [item for group in groups for item in group["items"]]
        return [str(item["title"]) for item in items if item["active"]]

    assert marked(root()) == ["Mailbox"]
    page = console(all_rights_but_root()).get("/admin/outbox/delivery/")
    assert LIST not in page.content.decode()
    settings.MAILBOX = False
    assert LIST not in console(root()).get("/admin/").content.decode()
