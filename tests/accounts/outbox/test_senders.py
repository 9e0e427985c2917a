"""Handing deliveries over."""

from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from accounts.outbox import senders
from accounts.outbox.models import Delivery
from config.fields import uuid7
from tests.accounts.outbox.smtpsink import sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_a_mail_reaches_the_server_with_both_bodies(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.DEFAULT_FROM_EMAIL = "Accounts <no-reply@id.example.com>"
    delivery_id = uuid7()
    payload = {
        "to": "alice@example.com",
        "subject": "Grüße",
        "text": "plain words",
        "html": "<p>rich words</p>",
    }
    with sink() as server:
        settings.EMAIL_PORT = server.port
        senders.send_mail(delivery_id, payload)
    (message,) = server.messages
    assert "To: alice@example.com" in message
    assert f"Message-ID: <{delivery_id}@id.example.com>" in message
    assert "plain words" in message
    assert "<p>rich words</p>" in message


def test_what_is_addressed_to_nobody_is_not_sent(mailoutbox: list[Any]) -> None:
    payload = {"to": "", "subject": "s", "text": "t", "html": ""}
    senders.send_mail(uuid7(), payload)
    assert mailoutbox == []


def test_an_app_registers_who_hands_over_its_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(senders, "_SENDERS", dict(senders._SENDERS))

    def call(
        delivery_id: UUID,
        payload: dict[str, Any],
    ) -> None:
        """Do nothing."""

    senders.register(Delivery.Kind.WEBHOOK, call)
    assert senders.sender_of("webhook") is call


def test_a_kind_that_nobody_sends_is_an_error() -> None:
    with pytest.raises(KeyError):
        senders.sender_of("pigeon")
