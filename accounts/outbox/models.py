"""What waits to be sent."""

from django.db import models
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField


class Delivery(models.Model):
    """One message to hand over, at least once.

    `payload` is encrypted (a mail holds single-use links). A worker claims a row by one
    conditional UPDATE that moves `due_at` ahead and sets `claimed_by`; if it dies, the
    row falls due again.
    """

    class Kind(models.TextChoices):
        """Who sends it."""

        MAIL = "mail", "mail"
        WEBHOOK = "webhook", "webhook"
        POST = "post", "call to an application"

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "given up"

    id = IdField()
    kind = KeyField(max_length=16, choices=Kind.choices)
    state = KeyField(max_length=16, choices=State.choices, default=State.WAITING)
    payload = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_by = KeyField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=255, blank=True)

    class Meta:
        """Looked for by state and due time."""

        verbose_name_plural = "deliveries"
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "due_at"], name="outbox_due")]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Worker(models.Model):
    """A worker's sign of life, for `/readyz` and `doctor`."""

    name = KeyField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return self.name
