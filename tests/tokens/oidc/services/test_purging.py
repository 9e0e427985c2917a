"""What nobody can use any more is thrown away, in its time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.outbox import housekeeping
from tests.factories import LoginFactory
from tests.tokens.oidc.party import Party
from tokens.oidc.models import AuthorizationCode, DeviceCode, PushedRequest
from tokens.oidc.services import purging

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Kind:
    """A table, what purges it, and how long it keeps what lapsed."""

    model: Any
    purge: Callable[[], int]
    kept: timedelta
    usual: dict[str, Any]

    def lapsed(
        self,
        digest: str,
        ago: timedelta,
    ) -> None:
        """Make a row that lapsed some time ago."""
        given = {"digest": digest, "expires_at": timezone.now() - ago, **self.usual}
        if self.model is DeviceCode:
            given["user_digest"] = digest
        self.model.objects.create(**given)

    @property
    def left(self) -> set[str]:
        """The digests that are there."""
        return set(self.model.objects.values_list("digest", flat=True))


@pytest.fixture(params=["code", "pushed", "device"])
def kind(
    request: pytest.FixtureRequest,
    party: Party,
    ann: User,
) -> Kind:
    of = {"application": party.application}
    if request.param == "code":
        mine = {**of, "login": LoginFactory(user=ann), "redirect_uri": "x:/"}
        return Kind(AuthorizationCode, purging.purge_codes, DAY, mine)
    if request.param == "pushed":
        mine = {**of, "parameters": "x"}
        return Kind(PushedRequest, purging.purge_pushed_requests, timedelta(0), mine)
    return Kind(DeviceCode, purging.purge_device_codes, DAY, of)


def test_what_lapsed_long_enough_ago_goes(kind: Kind) -> None:
    kind.lapsed("good", -timedelta(minutes=1))
    kind.lapsed("late", kind.kept - timedelta(seconds=30))
    kind.lapsed("over", kind.kept + timedelta(minutes=1))
    kind.lapsed("long over", 400 * DAY)
    assert kind.purge() == 2
    assert kind.left == {"good", "late"}
    assert kind.purge() == 0


def test_few_go_at_a_time_the_oldest_first(
    kind: Kind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    for day in (2, 3, 4):
        kind.lapsed(str(day), day * DAY)
    assert kind.purge() == 2
    assert kind.left == {"2"}


def test_the_worker_does_it(kind: Kind) -> None:
    kind.lapsed("over", 25 * HOUR)
    housekeeping.run()
    assert not kind.left
