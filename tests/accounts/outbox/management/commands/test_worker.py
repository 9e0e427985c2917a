"""`manage.py worker`."""

import os
import signal
import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.outbox import worker
from accounts.outbox.models import Delivery
from accounts.outbox.services import enqueue_mail


@pytest.mark.django_db
def test_once_sends_what_is_due_and_tells_how_many() -> None:
    enqueue_mail(to="alice@example.com", subject="Hi", text="text")
    told = StringIO()
    call_command("worker", "--once", stdout=told)
    assert told.getvalue() == "handled: 1\n"
    assert Delivery.objects.get().state == Delivery.State.SENT


@pytest.mark.django_db(transaction=True)
def test_sigterm_ends_the_loop_after_the_delivery_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    in_hand = threading.Event()

    def slow(*sent: object) -> None:
        in_hand.set()
        time.sleep(0.3)

    monkeypatch.setattr(worker, "sender_of", lambda kind: slow)
    enqueue_mail(to="alice@example.com", subject="Hi", text="text")

    def terminate() -> None:
        in_hand.wait(10)
        os.kill(os.getpid(), signal.SIGTERM)

    handlers = [signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)]
    killer = threading.Thread(target=terminate)
    killer.start()
    try:
        call_command("worker")
    finally:
        killer.join()
        signal.signal(signal.SIGTERM, handlers[0])
        signal.signal(signal.SIGINT, handlers[1])
    assert Delivery.objects.get().state == Delivery.State.SENT
