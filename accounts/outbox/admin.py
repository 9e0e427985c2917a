"""The console's section about what waits to be sent."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from typing_extensions import override

from accounts.outbox import mailbox, worker
from accounts.outbox.models import Delivery, Worker
from config import console, envelope
from config.admin import display
from config.errors import NotFound
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

    @override
    def get_urls(self) -> list[Any]:
        """Add the mailbox; it answers 404 wherever mail is really sent."""
        guard = self.admin_site.admin_view
        return [
            path("mailbox/", guard(self.mailbox), name="outbox_mailbox"),
            path("mailbox/<uuid:mail_id>/", guard(self.mail), name="outbox_mail"),
            path(
                "mailbox/<uuid:mail_id>/html",
                guard(self.mail_html),
                name="outbox_mail_html",
            ),
            *super().get_urls(),
        ]

    def pages(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """Return the mailbox for the navigation: its title, icon and address."""
        if not settings.MAILBOX or not getattr(request.user, "is_superuser", False):
            return []
        return [("Mailbox", "inbox", reverse("admin:outbox_mailbox"))]

    def mailbox(self, request: HttpRequest) -> HttpResponse:
        """List the mails that were kept."""
        _admit(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Mailbox",
            "mails": mailbox.latest(),
        }
        return TemplateResponse(request, "admin/console/mailbox.html", context)

    def mail(
        self,
        request: HttpRequest,
        mail_id: UUID,
    ) -> HttpResponse:
        """Show one mail: its text, and its HTML in a frame that may do nothing."""
        _admit(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Mailbox",
            "mail": _found(mail_id),
            "back": reverse("admin:outbox_mailbox"),
        }
        answer = TemplateResponse(request, "admin/console/mail.html", context)
        policy = envelope.shielding(request.path)["Content-Security-Policy"]
        answer["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
        return answer

    def mail_html(
        self,
        request: HttpRequest,
        mail_id: UUID,
    ) -> HttpResponse:
        """Return a mail's HTML part as it is: no script, no form, nothing from afar."""
        _admit(request)
        answer = HttpResponse(_found(mail_id).html)
        answer["Content-Security-Policy"] = (
            f"sandbox; default-src 'none'; img-src 'self' {settings.ISSUER}; "
            "style-src 'unsafe-inline'; frame-ancestors 'self'"
        )
        answer["X-Frame-Options"] = "SAMEORIGIN"
        return answer

    @display(
        description="State",
        ordering="state",
        label={"waiting": "info", "sent": "success", "given up": "danger"},
    )
    def standing(self, obj: Delivery) -> str:
        """Say where it stands."""
        return obj.get_state_display()


def _admit(request: HttpRequest) -> None:
    """Let superusers look where there is a mailbox: its links sign people in."""
    if not settings.MAILBOX:
        raise Http404
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied


def _found(mail_id: UUID) -> mailbox.Mail:
    try:
        return mailbox.mail_of(mail_id)
    except NotFound:
        raise Http404 from None


@console.tile("outbox.read_mail")  # which nobody can be given: superusers only
def mailbox_tile() -> console.Tile | None:
    """Lead to the mails that were kept; nothing where mail is really sent."""
    if not settings.MAILBOX:
        return None
    return console.Tile(
        title="Mailbox",
        value=f"{mailbox.count():,}",
        note="mails kept here, as EMAIL_URL is not set",
        href=reverse("admin:outbox_mailbox"),
    )


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
