"""What is thrown away when its time is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.outbox import housekeeping
from accounts.outbox.models import Delivery, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "_purges", [])


def test_a_purge_that_fails_stops_no_other() -> None:
    def broken() -> int:
        raise RuntimeError

    housekeeping.register(broken)
    housekeeping.register(lambda: 3)
    assert housekeeping.run() == 3


def test_a_purge_registered_twice_runs_once() -> None:
    def purge() -> int:
        return 1

    housekeeping.register(purge)
    housekeeping.register(purge)
    assert housekeeping.run() == 1


def test_what_was_sent_goes_after_a_week_and_what_waits_stays() -> None:
    def left(
        state: Delivery.State,
        days: int,
    ) -> Delivery:
        due_at = timezone.now() - timedelta(days=days)
        return Delivery.objects.create(kind="mail", state=state, due_at=due_at)

    left(Delivery.State.SENT, 8)
    left(Delivery.State.FAILED, 31)
    kept = {
        left(Delivery.State.SENT, 6).pk,
        left(Delivery.State.FAILED, 29).pk,
        left(Delivery.State.WAITING, 60).pk,
    }
    assert housekeeping.purge_deliveries() == 2
    assert set(Delivery.objects.values_list("pk", flat=True)) == kept


def test_workers_long_gone_are_forgotten() -> None:
    Worker.objects.create(name="old", seen_at=timezone.now() - timedelta(hours=2))
    Worker.objects.create(name="new")
    assert housekeeping.purge_workers() == 1
    assert Worker.objects.get().name == "new"
