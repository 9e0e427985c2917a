"""The worker: claims, sends, retries, gives up, and keeps house.

Any number may run, in this process or elsewhere: a row is claimed by one conditional
UPDATE. The claim is a lease; a worker that dies leaves the row to fall due again, so a
delivery goes out at least once, and exactly once as long as nobody dies in between.
"""

import atexit
import itertools
import json
import logging
import os
import random
import smtplib
import socket
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connections
from django.db.models import Case, F, QuerySet, When
from django.utils import timezone

from accounts.outbox import housekeeping, mailbox, posts
from accounts.outbox.models import Delivery, Worker
from accounts.outbox.senders import sender_of
from config.encryption import decrypt

POLL_SECONDS = 1.0
TROUBLE_SECONDS = 5.0
HEARTBEAT_SECONDS = 5.0
HOUSEKEEPING_SECONDS = 60.0
ALIVE = timedelta(seconds=90)
LEASE = timedelta(minutes=5)  # longer than any send: EMAIL_TIMEOUT bounds each step
FIRST_RETRY_SECONDS = 10.0
LAST_RETRY_SECONDS = 3600.0
MAX_ATTEMPTS = 12

logger = logging.getLogger(__name__)


def is_alive() -> bool:
    """Tell whether some worker gave a sign of life lately."""
    return Worker.objects.filter(seen_at__gt=timezone.now() - ALIVE).exists()


def claim(
    worker: str,
    *,
    first: str = Delivery.Kind.MAIL,
) -> Delivery | None:
    """Take one due delivery for `worker`, or return None when nothing is due.

    Those of the kind `first` come first, so that a heap of one kind delays no other.
    The UPDATE names the `due_at` that was read and moves it: of any number of workers
    exactly one changes the row. The attempt is counted here: a delivery that kills its
    worker must come to an end too.
    """
    now = timezone.now()
    due = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=now)
    others = Case(When(kind=first, then=0), default=1)
    waiting = due.order_by(others, "due_at").values_list("pk", "due_at")
    for key, due_at in waiting[:20]:
        won = due.filter(pk=key, due_at=due_at).update(
            due_at=now + LEASE, claimed_by=worker, attempts=F("attempts") + 1
        )
        if won:
            return Delivery.objects.get(pk=key)
    return None


def deliver(delivery: Delivery) -> bool:
    """Hand a claimed delivery over and note how it went; return whether it went.

    No transaction is open while sending.
    """
    if delivery.attempts > MAX_ATTEMPTS:
        _settle(delivery, state=Delivery.State.FAILED, error=delivery.last_error)
        return False
    try:
        sender_of(delivery.kind)(delivery.pk, json.loads(decrypt(delivery.payload)))
    except Exception as error:
        _note_failure(delivery, error)
        return False
    _settle(delivery, state=Delivery.State.SENT, error="")
    return True


def _note_failure(
    delivery: Delivery,
    error: Exception,
) -> None:
    reason = describe(error)
    logger.warning(
        "delivery failed",
        extra={
            "delivery": str(delivery.pk),
            "attempt": delivery.attempts,
            "reason": reason,
        },
    )
    if delivery.attempts >= MAX_ATTEMPTS:
        _settle(delivery, state=Delivery.State.FAILED, error=reason)
        return
    _mine(delivery).update(
        due_at=timezone.now() + retry_after(delivery.attempts),
        claimed_by="",
        last_error=reason,
    )


def _settle(
    delivery: Delivery,
    *,
    state: Delivery.State,
    error: str,
) -> None:
    """Close a delivery and wipe what it said, unless a mailbox keeps it."""
    now = timezone.now()
    sent = state == Delivery.State.SENT
    sent_at: datetime | None = now if sent else None
    said = delivery.payload if sent and mailbox.keeps(delivery) else ""
    _mine(delivery).update(
        state=state, payload=said, due_at=now, sent_at=sent_at, last_error=error
    )


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """Return the row only while our lease on it stands."""
    return Delivery.objects.filter(
        pk=delivery.pk,
        state=Delivery.State.WAITING,
        due_at=delivery.due_at,
        claimed_by=delivery.claimed_by,
    )


def retry_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubling, half by chance."""
    full = min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LAST_RETRY_SECONDS)
    return timedelta(seconds=full * random.uniform(0.5, 1.0))


def describe(error: Exception) -> str:
    """Return what failed without what was sent.

    A server's answer may quote the message or the address, so only its code is kept.
    """
    kind = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return f"{kind} {' '.join(codes)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{kind} {error.smtp_code}"
    if isinstance(error, posts.PostRefused):
        return f"{kind} {error.status}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}"[:255]
    return kind


def worker_name() -> str:
    """Return a name that no other live worker has."""
    tail = f":{os.getpid()}:{threading.get_ident() % 100_000}"
    return socket.gethostname()[: 64 - len(tail)] + tail


class Runner:
    """One worker: `run` until `stop`, or `drain` what is due now.

    `stop` only sets a flag, so that a signal handler may call it; the delivery in hand
    is finished first.
    """

    def __init__(self) -> None:
        self.name = worker_name()
        self.stopping = False
        self._beat_at = self._swept_at = float("-inf")
        self._kinds = itertools.cycle(Delivery.Kind.values)

    def stop(self) -> None:
        """Ask the loop to end after the delivery in hand."""
        self.stopping = True

    def run(self) -> None:
        """Work until stopped; whatever fails, it goes on."""
        try:
            while not self.stopping:
                time.sleep(self._turn())
        finally:
            self._leave()
            connections.close_all()

    def _turn(self) -> float:
        """Work once, and return how many seconds to wait."""
        try:
            close_old_connections()
            self.keep_house()
            return 0.0 if self.work() else POLL_SECONDS
        except Exception:
            logger.exception("the outbox worker met an error and goes on")
            connections.close_all()
            return TROUBLE_SECONDS

    def work(self) -> bool:
        """Handle one due delivery; return False when nothing is due."""
        delivery = claim(self.name, first=next(self._kinds))
        if delivery is None:
            return False
        deliver(delivery)
        return True

    def drain(self) -> int:
        """Handle what is due until nothing is, keep house once; return how many."""
        handled = 0
        while not self.stopping and self.work():
            handled += 1
        housekeeping.run()
        return handled

    def keep_house(self) -> None:
        """Give a sign of life and run the purges, each when its time has come."""
        now = time.monotonic()
        if now - self._beat_at >= HEARTBEAT_SECONDS:
            self._beat_at = now
            Worker.objects.update_or_create(
                name=self.name, defaults={"seen_at": timezone.now()}
            )
        if now - self._swept_at >= HOUSEKEEPING_SECONDS:
            self._swept_at = now
            housekeeping.run()

    def _leave(self) -> None:
        try:
            Worker.objects.filter(name=self.name).delete()
        except Exception:
            logger.warning("the worker could not sign off")


_inline: tuple[int, threading.Thread] | None = None


def start_inline_worker() -> threading.Thread | None:
    """Run a worker in a daemon thread of this process; None unless `OUTBOX_INLINE`.

    One a process, also after a fork. At exit the delivery in hand is finished, else its
    lease would send it a second time.
    """
    global _inline
    if not settings.OUTBOX_INLINE:
        return None
    if _inline and _inline[0] == os.getpid() and _inline[1].is_alive():
        return _inline[1]
    runner = Runner()
    thread = threading.Thread(target=runner.run, name="outbox", daemon=True)
    _inline = (os.getpid(), thread)
    thread.start()

    def finish() -> None:
        runner.stop()
        thread.join(timeout=settings.EMAIL_TIMEOUT + 2 * POLL_SECONDS)

    atexit.register(finish)
    return thread
