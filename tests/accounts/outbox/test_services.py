"""Leaving a mail in the outbox."""

import json

import pytest
from django.core import mail
from django.db import transaction

from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_mail, enqueue_posts
from config.encryption import decrypt

pytestmark = pytest.mark.django_db


def test_a_mail_waits_encrypted_and_is_not_sent_by_the_caller() -> None:
    delivery = enqueue_mail(to="alice@example.com", subject="Hi", text="code 123456")
    stored = Delivery.objects.get()
    assert stored.pk == delivery.pk
    assert stored.state == Delivery.State.WAITING
    assert "123456" not in stored.payload
    assert "alice" not in stored.payload
    assert json.loads(decrypt(stored.payload))["text"] == "code 123456"
    assert mail.outbox == []


def test_a_rollback_takes_the_mail_back() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue_mail(to="alice@example.com", subject="Hi", text="text")
        raise RuntimeError
    assert not Delivery.objects.exists()


def test_a_subject_cannot_add_header_lines() -> None:
    subject = "Hi\r\nBcc: mallory@example.com"
    delivery = enqueue_mail(to="alice@example.com", subject=subject, text="text")
    payload = json.loads(decrypt(delivery.payload))
    assert payload["subject"] == "Hi Bcc: mallory@example.com"


def test_calls_to_applications_wait_encrypted_one_for_each() -> None:
    assert enqueue_posts("some", each=({"n": n} for n in range(1100))) == 1100
    rows = list(Delivery.objects.all())
    assert {(row.kind, row.state) for row in rows} == {("post", "waiting")}
    said = [json.loads(decrypt(row.payload)) for row in rows]
    assert {one["builder"] for one in said} == {"some"}
    assert sorted(one["data"]["n"] for one in said) == list(range(1100))
    assert enqueue_posts("some", each=[]) == 0
