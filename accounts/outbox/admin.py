"""The console's section about what waits to be sent."""

from datetime import timedelta

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.outbox import worker
from accounts.outbox.models import Delivery, Worker
from config import console
from config.admin import display
from config.sections import ReadOnlyAdmin

LATE = timedelta(minutes=10)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Deliveries; what they say is never shown."""

    icon = "outgoing_mail"
    list_display = [
        "created_at",
        "kind",
        "standing",
        "attempts",
        "due_at",
        "last_error",
    ]
    list_filter = ["state", "kind"]
    search_fields = ["last_error"]
    fields = [
        *["id", "kind", "standing", "attempts", "created_at", "due_at", "sent_at"],
        *["claimed_by", "last_error"],
    ]
    ordering = ["-id"]

    @display(
        description="State",
        ordering="state",
        label={"waiting": "info", "sent": "success", "given up": "danger"},
    )
    def standing(self, obj: Delivery) -> str:
        """Say where it stands."""
        return obj.get_state_display()


@console.tile("outbox.view_delivery")
def waiting_tile() -> console.Tile:
    """Count what waits; bad when the oldest is late."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    late = waiting.filter(created_at__lt=timezone.now() - LATE).count()
    return console.Tile(
        title="Pending deliveries",
        value=f"{waiting.count():,}",
        note=f"{late:,} waiting for over ten minutes",
        href=reverse("admin:outbox_delivery_changelist") + "?state__exact=waiting",
        tone="bad" if late else "",
    )


@console.tile("outbox.view_delivery")
def worker_tile() -> console.Tile:
    """Tell whether somebody sends."""
    alive = worker.is_alive()
    since = timezone.now() - worker.ALIVE
    number = Worker.objects.filter(seen_at__gt=since).count()
    return console.Tile(
        title="Outbox worker",
        value="alive" if alive else "not running",
        note=f"{number} seen lately" if alive else "mail waits until one runs",
        tone="good" if alive else "bad",
    )
