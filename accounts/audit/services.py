"""The one way to write an event."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.audit.actions import Action
from accounts.audit.models import Event
from config import context


@dataclass(frozen=True)
class Party:
    """An actor or a target: its type (`user`, `application`, ...), id and label."""

    type: str
    id: str = ""
    label: str = ""


SYSTEM = Party("system", label="system")
_SECRET_NAMES = {
    *("password", "new_password", "current_password", "passphrase", "private_key"),
    *("secret", "client_secret", "token", "access_token", "refresh_token", "id_token"),
    *("flow_token", "authorization", "cookie", "payload", "digest"),
}


def party(thing: Any) -> Party:
    """Return how a model instance appears in the trail; None is the system itself.

    What `stands_for` something else appears as that: a service as its application.
    """
    if thing is None:
        return SYSTEM
    if isinstance(thing, Party):
        return thing
    thing = getattr(thing, "stands_for", thing)
    return Party(thing._meta.model_name, str(thing.pk), str(thing)[:254])


def record(
    action: Action,
    *,
    acting: Any,
    target: Any = None,
    tenant_id: UUID | None = None,
    outcome: str = "",
    succeeded: bool = True,
    details: dict[str, Any] | None = None,
) -> Event:
    """Write an event, in the caller's transaction, with the request's context.

    `acting` and `target` are model instances, `Party`, or None (the system). `details`
    must hold nothing secret; a value under a name that suggests otherwise is dropped.
    """
    actor, subject, caller = party(acting), party(target), context.current()
    return Event.objects.create(
        action=action,
        succeeded=succeeded,
        outcome=outcome[:255] or Action(action).label,
        actor_type=actor.type,
        actor_id=actor.id,
        actor_label=actor.label,
        tenant_id=tenant_id,
        target_type=subject.type if target is not None else "",
        target_id=subject.id if target is not None else "",
        target_label=subject.label if target is not None else "",
        ip=caller.ip,
        user_agent=caller.user_agent[:256],
        request_id=caller.request_id[:64],
        details=_without_secrets(details or {}),
    )


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "[removed]" if name in _SECRET_NAMES else _without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_without_secrets(inner) for inner in value]
    return value
