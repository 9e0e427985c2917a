"""What nobody can use any more is thrown away, a day later."""

from collections.abc import Callable
from datetime import datetime, timedelta
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

Make = Callable[[str, datetime], Any]


@pytest.fixture(params=["code", "pushed", "device"])
def kind(
    request: pytest.FixtureRequest,
    party: Party,
    ann: User,
) -> tuple[Any, Callable[[], int], Make]:
    """A table, what purges it, and how a row of it is made."""
    application = party.application
    usual: dict[str, Any] = {"application": application}
    model: Any
    match request.param:
        case "code":
            usual |= {"login": LoginFactory(user=ann), "redirect_uri": "x:/"}
            model, purge = AuthorizationCode, purging.purge_codes
        case "pushed":
            usual |= {"parameters": "x"}
            model, purge = PushedRequest, purging.purge_pushed_requests
        case _:
            model, purge = DeviceCode, purging.purge_device_codes

    def make(
        digest: str,
        expires_at: datetime,
    ) -> Any:
        own = {"user_digest": digest} if model is DeviceCode else {}
        given = {"digest": digest, "expires_at": expires_at, **usual, **own}
        return model._default_manager.create(**given)

    return model, purge, make


def test_what_lapsed_more_than_a_day_ago_goes(
    kind: tuple[Any, Callable[[], int], Make],
) -> None:
    model, purge, make = kind
    now = timezone.now()
    kept = [
        make("a", now + timedelta(minutes=1)),
        make("b", now - timedelta(hours=23)),
    ]
    make("c", now - timedelta(hours=25))
    make("d", now - timedelta(days=400))
    assert purge() == 2
    assert set(model.objects.values_list("digest", flat=True)) == {
        row.digest for row in kept
    }
    assert purge() == 0


def test_few_go_at_a_time_the_oldest_first(
    kind: tuple[Any, Callable[[], int], Make],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, purge, make = kind
    monkeypatch.setattr(purging, "BATCH", 2)
    for day in range(2, 5):
        make(str(day), timezone.now() - timedelta(days=day))
    assert purge() == 2
    assert model.objects.get().digest == "2"


def test_the_worker_does_it(
    kind: tuple[Any, Callable[[], int], Make],
) -> None:
    model, _, make = kind
    make("a", timezone.now() - timedelta(hours=25))
    housekeeping.run()
    assert not model.objects.exists()
