"""What the worker throws away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.outbox import housekeeping
from social.models import Attempt
from social.services import purging
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


def attempt(
    digest: str,
    minutes: int,
) -> Attempt:
    """Return a way that is over in so many minutes."""
    return Attempt.objects.create(
        digest=digest,
        browser="b",
        connection=ConnectionFactory(),
        sealed="",
        expires_at=timezone.now() + timedelta(minutes=minutes),
    )


def test_what_is_over_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    standing = attempt("new", 5)
    for number in range(3):
        attempt(str(number), -5)
    assert [purging.purge_attempts() for _ in range(3)] == [2, 1, 0]
    assert list(Attempt.objects.all()) == [standing]


def test_the_worker_does_it() -> None:
    attempt("old", -5)
    housekeeping.run()
    assert not Attempt.objects.exists()
