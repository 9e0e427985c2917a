"""The console's section about what happened."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from typing_extensions import override

from accounts.audit.actions import Action
from accounts.audit.models import Event
from config import console
from config.admin import display
from config.console import ANY_MODEL, Cell
from config.sections import ReadOnlyAdmin

DAYS = 14
SIGN_INS = (Action.LOGIN_SUCCEEDED,)
FAILURES = (Action.LOGIN_FAILED, Action.LOGIN_REFUSED)
_LIST = "admin:audit_event_changelist"


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events, newest first; nobody changes one."""

    icon = "history"
    list_display = ["created_at", "what", "result", "actor", "target", "ip"]
    list_filter = ["action", "succeeded"]
    search_fields = ["actor_label", "target_label"]
    search_ids = ("pk",)
    fields = [
        *["created_at", "action", "result", "outcome", "actor", "target"],
        *["tenant_id", "ip", "user_agent", "request_id", "details"],
    ]

    @override
    def get_search_results(
        self,
        request: HttpRequest,
        queryset: Any,
        search_term: str,
    ) -> tuple[Any, bool]:
        """Find by the id of an actor or a target too, whatever kind of id it is."""
        by_id = queryset.filter(pk__in=Event.objects.all().about(search_term.strip()))
        found, distinct = super().get_search_results(request, queryset, search_term)
        return (found | by_id, distinct) if search_term.strip() else (found, distinct)

    @display(description="What happened", ordering="action")
    def what(self, obj: Event) -> str:
        """Say it in words."""
        return obj.outcome

    @display(description="Result", label={"done": "success", "refused": "danger"})
    def result(self, obj: Event) -> str:
        """Tell whether it went through."""
        return "done" if obj.succeeded else "refused"

    @display(description="By")
    def actor(self, obj: Event) -> str:
        """Name who acted."""
        return obj.actor_label or f"{obj.actor_type} {obj.actor_id}"

    @display(description="To")
    def target(self, obj: Event) -> str:
        """Name what it was done to."""
        return obj.target_label or f"{obj.target_type} {obj.target_id}".strip()


@console.panel(ANY_MODEL, permission="audit.view_event")
def events_panel(obj: Any) -> console.Panel | None:
    """Show the latest events about an object, on its own page."""
    if isinstance(obj, Event):
        return None
    events = Event.objects.all().about(str(obj.pk))[:15]
    return console.Panel(
        title="Recent events",
        headers=["When", "What", "By", "From"],
        rows=[_row(event) for event in events],
        href=f"{reverse(_LIST)}?{urlencode({'q': obj.pk})}",
    )


def _row(event: Event) -> list[Cell]:
    page = reverse("admin:audit_event_change", args=(event.pk,))
    return [
        Cell(f"{event.created_at:%Y-%m-%d %H:%M:%S}", page),
        Cell(event.outcome),
        Cell(event.actor_label or event.actor_type),
        Cell(event.ip or ""),
    ]


def daily(days: int = DAYS) -> list[tuple[str, int, int]]:
    """Return day (UTC), sign-ins and failures, oldest first, today last.

    One grouped query by (action, created_at), which has an index. Days are UTC days, as
    the database counts them: MySQL without time zone tables knows no others.
    """
    today = timezone.now().date()
    first = today - timedelta(days=days - 1)
    begins = datetime.combine(first, time.min, tzinfo=timezone.get_default_timezone())
    counted = (
        Event.objects.filter(
            action__in=[*SIGN_INS, *FAILURES],
            created_at__gte=begins,
        )
        .annotate(day=TruncDate("created_at"))
        .values_list("day", "action")
        .annotate(number=Count("id"))
        .order_by("day")
    )
    totals: dict[Any, list[int]] = {
        first + timedelta(days=offset): [0, 0] for offset in range(days)
    }
    for day, action, number in counted:
        if day in totals:
            totals[day][0 if action in SIGN_INS else 1] += number
    return [(f"{day:%d %b}", good, bad) for day, (good, bad) in totals.items()]


@console.chart("audit.view_event")
def sign_ins_chart() -> console.Chart:
    """Draw sign-ins and failures over two weeks."""
    labels, good, bad = zip(*daily(), strict=True)
    return console.Chart(
        title=f"Sign-ins, last {DAYS} days (UTC)",
        labels=list(labels),
        series={"Sign-ins": list(good), "Failures": list(bad)},
    )


def _today(actions: tuple[Action, ...]) -> int:
    begins = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Event.objects.filter(action__in=actions, created_at__gte=begins).count()


@console.tile("audit.view_event")
def sign_ins_tile() -> console.Tile:
    """Count today's sign-ins."""
    query = urlencode({"action__exact": Action.LOGIN_SUCCEEDED})
    return console.Tile(
        title="Sign-ins today",
        value=f"{_today(SIGN_INS):,}",
        note="since midnight UTC",
        href=f"{reverse(_LIST)}?{query}",
    )


@console.tile("audit.view_event")
def failures_tile() -> console.Tile:
    """Count today's failed and refused sign-ins."""
    query = urlencode({"action__exact": Action.LOGIN_FAILED})
    return console.Tile(
        title="Failures today",
        value=f"{_today(FAILURES):,}",
        note="wrong password, locked, refused",
        href=f"{reverse(_LIST)}?{query}",
    )
