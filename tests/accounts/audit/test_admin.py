"""The console's section about what happened."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.admin import daily
from accounts.audit.models import Event
from accounts.audit.services import Party, record
from tests.factories import UserFactory
from tests.operators import console, root, staff

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/event/"


def happened(
    action: Action,
    *,
    at: datetime,
) -> None:
    """Write an event of another time."""
    Event.objects.bulk_create(
        [Event(action=action, actor_type="user", outcome="x", created_at=at)]
    )


def test_the_chart_counts_by_utc_day_up_to_the_edges() -> None:
    today = timezone.now().date()
    first = today - timedelta(days=13)
    midnight = datetime.combine(first, time.min, tzinfo=UTC)
    happened(Action.LOGIN_SUCCEEDED, at=midnight)
    happened(Action.LOGIN_SUCCEEDED, at=midnight - timedelta(microseconds=1))
    happened(Action.LOGIN_FAILED, at=midnight + timedelta(hours=23, minutes=59))
    happened(Action.LOGIN_REFUSED, at=midnight + timedelta(days=1))
    happened(Action.LOGIN_SUCCEEDED, at=timezone.now())
    happened(Action.USER_CREATED, at=timezone.now())
    days = daily()
    assert len(days) == 14
    assert days[0] == (f"{first:%d %b}", 1, 1)
    assert days[1][1:] == (0, 1)
    assert days[-1] == (f"{today:%d %b}", 1, 0)
    assert sum(good + bad for _, good, bad in days) == 4


def test_the_chart_is_one_query_however_much_happened() -> None:
    for _ in range(30):
        record(Action.LOGIN_SUCCEEDED, acting=None)
    with CaptureQueriesContext(connection) as counted:
        assert daily()[-1][1] == 30
    assert len(counted) == 1


def test_the_tiles_count_today_only() -> None:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    happened(Action.LOGIN_SUCCEEDED, at=midnight)
    happened(Action.LOGIN_SUCCEEDED, at=midnight - timedelta(microseconds=1))
    happened(Action.LOGIN_FAILED, at=timezone.now())
    happened(Action.LOGIN_REFUSED, at=timezone.now())
    answer = console(staff("audit.view_event")).get("/admin/")
    tiles = {tile.title: tile.value for tile in answer.context["tiles"]}
    assert tiles == {"Sign-ins today": "1", "Failures today": "2"}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("deed", ["delete", "change"])
def test_nobody_changes_or_deletes_an_event(
    method: str,
    deed: str,
) -> None:
    event = record(Action.USER_CREATED, acting=None)
    page = f"{LIST}{event.pk}/{deed}/"
    getattr(console(root()), method)(page, {"outcome": "nothing", "post": "yes"})
    assert Event.objects.get(pk=event.pk).outcome == "user created"


@pytest.mark.parametrize(
    "term", ["{key}", "alice@example.com", "203.0.113.9x", "kid-7"]
)
def test_events_are_found_by_id_or_label(term: str) -> None:
    alice = UserFactory.create(email="alice@example.com")
    record(Action.USER_CHANGED, acting=alice)
    record(Action.USER_DISABLED, acting=None, target=alice)
    record(Action.KEY_CREATED, acting=None, target=Party("signingkey", "kid-7"))
    answer = console(root()).get(LIST, {"q": term.format(key=alice.pk)})
    found = {event.action for event in answer.context["cl"].result_list}
    about_alice = {Action.USER_CHANGED.value, Action.USER_DISABLED.value}
    expected = {"kid-7": {Action.KEY_CREATED.value}, "203.0.113.9x": set()}
    assert found == expected.get(term, about_alice)


def test_an_objects_page_shows_its_latest_events() -> None:
    alice = UserFactory.create()
    for _ in range(20):
        record(Action.USER_CHANGED, acting=alice, outcome="changed their mind")
    page = console(root()).get(f"/admin/accounts/user/{alice.pk}/change/")
    (panel,) = [p for p in page.context["panels"] if p.title == "Recent events"]
    assert len(panel.rows) == 15
    assert "changed their mind" in page.content.decode()


def test_what_people_typed_is_escaped() -> None:
    nasty = "<script>alert(1)</script>"
    event = record(Action.LOGIN_FAILED, acting=Party("address", label=nasty))
    client = console(root())
    for page in (LIST, f"{LIST}{event.pk}/change/"):
        shown = client.get(page).content.decode()
        assert nasty not in shown
        assert "&lt;script&gt;" in shown
