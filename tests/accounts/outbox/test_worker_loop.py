"""The worker's loop: as a process, and as a thread of the web process."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.outbox import worker
from accounts.outbox.models import Delivery, Worker
from accounts.outbox.worker import Runner
from tests.accounts.outbox.conftest import left
from tests.accounts.outbox.smtpsink import sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait up to ten seconds until something holds."""
    for _ in range(200):
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_a_hanging_mail_server_does_not_slow_the_caller(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_TIMEOUT = 2
    runner = Runner()
    thread = threading.Thread(target=runner.run)
    with sink(hang=True) as server:
        settings.EMAIL_PORT = server.port
        left()
        thread.start()
        assert eventually(lambda: Delivery.objects.filter(attempts=1).exists())
        began = time.monotonic()
        left("bob@example.com")
        took = time.monotonic() - began
        runner.stop()
        thread.join(10)
    assert took < 1
    first = Delivery.objects.order_by("id").first()
    assert first is not None
    assert first.last_error == "SMTPServerDisconnected"


@pytest.mark.django_db(transaction=True)
def test_the_loop_survives_an_error_and_signs_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0.02)
    real, calls = worker.claim, []

    def failing_first(
        name: str,
        **more: str,
    ) -> Delivery | None:
        calls.append(name)
        if len(calls) == 1:
            raise RuntimeError("the database is away")
        return real(name, **more)

    monkeypatch.setattr(worker, "claim", failing_first)
    left()
    runner = Runner()
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert eventually(lambda: Delivery.objects.filter(state="sent").exists())
    assert Worker.objects.filter(name=runner.name).exists()
    assert worker.is_alive()
    runner.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert not Worker.objects.exists()


@pytest.mark.django_db
def test_a_worker_not_heard_of_lately_is_not_alive() -> None:
    Worker.objects.create(name="x", seen_at=timezone.now() - timedelta(minutes=3))
    assert not worker.is_alive()


def test_no_inline_worker_without_the_setting(settings: Settings) -> None:
    settings.OUTBOX_INLINE = False
    assert worker.start_inline_worker() is None


@pytest.mark.django_db(transaction=True)
def test_the_inline_worker_sends_and_is_started_once_a_process(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.OUTBOX_INLINE = True
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    finishers: list[Callable[[], None]] = []
    monkeypatch.setattr("atexit.register", finishers.append)
    thread = worker.start_inline_worker()
    assert thread is not None
    assert thread.daemon
    assert worker.start_inline_worker() is thread
    left()
    assert eventually(lambda: Delivery.objects.filter(state="sent").exists())
    finishers[0]()
    assert not thread.is_alive()
