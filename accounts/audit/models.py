"""Events: written once, never deleted; changed only to mask who was erased."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from typing_extensions import override

from accounts.audit.actions import Action
from config.fields import IdField, KeyField

MASKABLE = frozenset(
    {"actor_label", "target_label", "ip", "user_agent", "outcome", "details"}
)


class AppendOnly(TypeError):
    """Somebody tried to change or delete what is append-only."""


class EventQuerySet(models.QuerySet["Event"]):
    """Reads, and the one change that there is: `mask`."""

    @override
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit events are never changed")

    @override
    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit events are never changed")

    @override
    def delete(self) -> NoReturn:
        raise AppendOnly("audit events are never deleted")

    def _update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit events are never changed")

    @override
    def _raw_delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit events are never deleted")

    @override
    def bulk_create(
        self,
        objs: Iterable["Event"],
        *args: Any,
        **kwargs: Any,
    ) -> list["Event"]:
        if args or kwargs.keys() - {"batch_size"}:
            raise AppendOnly("audit events are only ever added")
        return super().bulk_create(objs, **kwargs)

    def mask(self, **values: Any) -> int:
        """Replace what tells a person, once they are erased; returns how many rows.

        The only door to a written row, for `accounts.privacy` alone. What happened, when
        and under which ids stays. Raises `AppendOnly` for any other column.
        """
        if refused := values.keys() - MASKABLE:
            raise AppendOnly(f"never masked: {', '.join(sorted(refused))}")
        keys = list(self.values_list("pk", flat=True))
        plain: models.QuerySet[Event] = models.QuerySet(self.model, using=self.db)
        return plain.filter(pk__in=keys).update(**values)

    def about(self, target_id: str) -> "EventQuerySet":
        """Return the events whose target or actor has this id, newest first."""
        found = models.Q(target_id=target_id) | models.Q(actor_id=target_id)
        return self.filter(found).order_by("-id")


class Event(models.Model):
    """One thing that happened: who did what to whom, from where, and how it went.

    `actor_*` is who acted (a user, an application, or `system`), `target_*` what it was
    done to. The labels are what a person recognises (an address, a slug), kept because
    the thing itself may be gone. `outcome` is a sentence in plain language.
    """

    id = IdField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    action = KeyField(max_length=64, choices=Action.choices)
    succeeded = models.BooleanField(default=True)
    outcome = models.CharField(max_length=255, blank=True)
    actor_type = models.CharField(max_length=16)
    actor_id = KeyField(max_length=64, blank=True, db_index=True)
    actor_label = models.CharField(max_length=254, blank=True)
    tenant_id = models.UUIDField(null=True)
    target_type = models.CharField(max_length=32, blank=True)
    target_id = KeyField(max_length=64, blank=True, db_index=True)
    target_label = models.CharField(max_length=254, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=256, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        """Read by tenant or by action, newest first.

        The base manager too is ours: Django's own would go round the refusals.
        """

        base_manager_name = "objects"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant_id", "-id"], name="audit_event_tenant"),
            models.Index(fields=["action", "created_at"], name="audit_event_action"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.target_label or self.target_id}"

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        if args or not self._state.adding or kwargs.get("force_update"):
            raise AppendOnly("audit events are never changed")
        super().save(using=kwargs.get("using"), force_insert=True)

    @override
    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit events are never deleted")
