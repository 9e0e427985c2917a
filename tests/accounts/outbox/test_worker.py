"""Claiming, sending, retrying, giving up."""

import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.outbox import posts, worker
from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_posts
from accounts.outbox.worker import Runner, claim, deliver
from config.outbound import OutboundRefused
from tests.accounts.outbox.conftest import left
from tests.accounts.outbox.smtpsink import sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def made_due(delivery: Delivery) -> None:
    """Let the waiting time pass."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=past)


def attempted() -> Delivery:
    """Work once, and return the one delivery as it stands."""
    Runner().work()
    return Delivery.objects.get()


@pytest.mark.django_db
def test_a_mail_is_sent_once_and_its_words_are_wiped() -> None:
    left()
    runner = Runner()
    assert runner.drain() == 1
    assert runner.drain() == 0
    (message,) = mail.outbox
    assert message.to == ["alice@example.com"]
    sent = Delivery.objects.get()
    assert (sent.state, sent.payload, sent.last_error) == ("sent", "", "")
    assert sent.sent_at is not None


@pytest.mark.django_db
def test_a_claimed_row_is_nobody_elses_until_the_lease_ends() -> None:
    delivery = left()
    mine = claim("one")
    assert mine is not None
    assert mine.claimed_by == "one"
    assert claim("two") is None
    made_due(delivery)
    again = claim("two")
    assert again is not None
    assert again.attempts == 2


@pytest.mark.django_db
def test_a_worker_whose_lease_ended_cannot_settle_the_row() -> None:
    delivery = left()
    slow = claim("slow")
    made_due(delivery)
    assert claim("quick") is not None
    assert slow is not None
    deliver(slow)
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.WAITING
    assert delivery.claimed_by == "quick"


@pytest.mark.django_db
def test_what_is_not_due_is_left_alone() -> None:
    delivery = left()
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert claim("one") is None
    delivery.refresh_from_db()
    assert delivery.attempts == 0


@pytest.mark.django_db
def test_a_heap_of_one_kind_delays_no_other() -> None:
    enqueue_posts("nobody", each=[{}] * 30)
    left()
    Delivery.objects.filter(kind="mail").update(created_at=timezone.now())
    runner = Runner()
    for _ in Delivery.Kind.values:
        runner.work()
    assert len(mail.outbox) == 1
    assert Delivery.objects.filter(kind="post", attempts=1).count() == 2


@pytest.mark.django_db
def test_a_refused_mail_is_tried_again_later_and_the_error_quotes_nothing(
    settings: Settings,
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    left()
    with sink(refuse="450 4.2.1 <alice@example.com> secret-link busy") as server:
        settings.EMAIL_PORT = server.port
        before = timezone.now()
        delivery = attempted()
    assert delivery.state == Delivery.State.WAITING
    assert delivery.payload
    assert delivery.last_error == "SMTPRecipientsRefused 450"
    assert timedelta(seconds=4) < delivery.due_at - before < timedelta(seconds=15)
    assert delivery.claimed_by == ""


@pytest.mark.django_db
def test_after_twelve_attempts_it_gives_up_and_wipes(
    settings: Settings,
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = 9  # nobody listens
    delivery = left()
    for _ in range(worker.MAX_ATTEMPTS):
        assert Delivery.objects.get().state == Delivery.State.WAITING
        made_due(delivery)
        attempted()
    given_up = Delivery.objects.get()
    assert (given_up.state, given_up.payload) == ("failed", "")
    assert given_up.last_error == "ConnectionRefusedError: Connection refused"
    assert given_up.sent_at is None


@pytest.mark.django_db
def test_a_delivery_that_kills_its_workers_comes_to_an_end() -> None:
    left()
    Delivery.objects.update(attempts=worker.MAX_ATTEMPTS)
    assert attempted().state == Delivery.State.FAILED
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_payload_under_a_lost_key_is_tried_again(settings: Settings) -> None:
    left()
    settings.ENCRYPTION_KEYS = ["another-key"]
    delivery = attempted()
    assert delivery.state == Delivery.State.WAITING
    assert delivery.last_error == "Unavailable"


@pytest.mark.parametrize(
    "attempts,least,most",
    [(1, 5, 10), (2, 10, 20), (5, 80, 160), (12, 1800, 3600)],
)
def test_waiting_doubles_up_to_an_hour(
    attempts: int,
    least: float,
    most: float,
) -> None:
    waits = {worker.retry_after(attempts).total_seconds() for _ in range(50)}
    assert least <= min(waits) <= max(waits) <= most
    assert len(waits) > 1


@pytest.mark.parametrize(
    "error,told",
    [
        (smtplib.SMTPDataError(554, b"secret"), "SMTPDataError 554"),
        (smtplib.SMTPAuthenticationError(535, b"x"), "SMTPAuthenticationError 535"),
        (TimeoutError("timed out"), "TimeoutError"),
        (posts.PostRefused(503), "PostRefused 503"),
        (OutboundRefused(), "OutboundRefused"),
        (ValueError("secret"), "ValueError"),
    ],
)
def test_an_error_is_told_without_what_was_sent(
    error: Exception,
    told: str,
) -> None:
    assert worker.describe(error) == told


@pytest.mark.django_db(transaction=True)
def test_parallel_workers_send_each_mail_exactly_once() -> None:
    for number in range(20):
        left(f"person{number}@example.com")
    start = threading.Barrier(4)

    def work() -> int:
        start.wait()
        try:
            return Runner().drain()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        handled = [future.result() for future in [pool.submit(work) for _ in range(4)]]
    assert sum(handled) == 20
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 20
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_parallel_claims_of_one_row_have_one_winner() -> None:
    for _ in range(5):
        left()
        start = threading.Barrier(6)

        def attempt(
            name: str,
            gate: threading.Barrier = start,
        ) -> bool:
            gate.wait()
            try:
                return claim(name) is not None
            finally:
                connections.close_all()

        with ThreadPoolExecutor(6) as pool:
            won = list(pool.map(attempt, [f"worker-{n}" for n in range(6)]))
        assert won.count(True) == 1
