"""What people left in rows that are not theirs alone: trail, outbox, sessions, answers."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts.audit.models import Event
from accounts.backends import SESSION_KEY as FLOW
from accounts.models import IdempotencyKey, User
from accounts.outbox.models import Delivery
from accounts.privacy.holders import Held, Holder
from accounts.privacy.identifiers import ERASED, Identifiers, identifiers_of
from config.encryption import decrypt
from config.errors import Unavailable
from config.sessions import SessionStore

_BATCH = 500
_NOBODY_ELSE = ("anonymous", "system")  # whose network address is then the person's


def _export_events(user: User) -> Held:
    """Return what is told of a person; who else acted, and from where, is not theirs."""
    mine = str(user.pk)
    return [
        {
            "id": event.pk,
            "created_at": event.created_at,
            "action": event.action,
            "outcome": event.outcome,
            "succeeded": event.succeeded,
            "by": "you" if event.actor_id == mine else event.actor_type,
            "ip": event.ip if _from_them(event, mine) else None,
            "user_agent": event.user_agent if _from_them(event, mine) else "",
        }
        for event in Event.objects.all().about(mine).iterator(_BATCH)
    ]


def _from_them(
    event: Event,
    user_id: str,
) -> bool:
    return event.actor_id == user_id or event.actor_type in _NOBODY_ELSE


def _mask_events(user: User) -> None:
    """Mask a person in the trail. What is equal afterwards is written at once."""
    known = identifiers_of(user)
    alike: dict[str, list[Any]] = defaultdict(list)
    for event in _telling(known).iterator(_BATCH):
        masked = _masked(event, known)
        changed = {k: v for k, v in masked.items() if v != getattr(event, k)}
        if changed:
            alike[json.dumps(changed, sort_keys=True)].append(event.pk)
    for values, keys in alike.items():
        for start in range(0, len(keys), _BATCH):
            chosen = Event.objects.filter(pk__in=keys[start : start + _BATCH])
            chosen.mask(**json.loads(values))


def _telling(known: Identifiers) -> Any:
    """Return the events by, about or naming a person; read before they are locked."""
    told = Q(actor_id=known.user_id) | Q(target_id=known.user_id)
    for address in known.addresses:
        told |= Q(actor_label__icontains=address) | Q(target_label__icontains=address)
    return Event.objects.filter(told).order_by()


def _masked(
    event: Event,
    known: Identifiers,
) -> dict[str, Any]:
    acted = event.actor_id == known.user_id
    target = event.target_id == known.user_id
    bare = event.target_type == "address" and known.names(event.target_label)
    about = acted or target or bare
    theirs = about and _from_them(event, known.user_id)
    return {
        "actor_label": ERASED if acted else known.without(event.actor_label),
        "target_label": ERASED if target else known.without(event.target_label),
        "ip": None if theirs else event.ip,
        "user_agent": "" if theirs else event.user_agent,
        "outcome": known.without(event.outcome, about=about, ips=theirs),
        "details": known.without(event.details, about=about, ips=theirs),
    }


def _mail_to(user: User) -> Iterator[Delivery]:
    """Yield the mail that waits for a person; what was sent is blank already."""
    known = {address.casefold() for address in identifiers_of(user).addresses}
    waiting = Delivery.objects.filter(
        kind=Delivery.Kind.MAIL, state=Delivery.State.WAITING
    )
    for delivery in waiting.iterator(_BATCH):
        try:
            to = json.loads(decrypt(delivery.payload))["to"]
        except (Unavailable, ValueError):  # of another key: nobody can read it
            continue
        if to.casefold() in known:
            yield delivery


def _export_mail(user: User) -> Held:
    return [{"kind": m.kind, "created_at": m.created_at} for m in _mail_to(user)]


def _erase_mail(user: User) -> None:
    Delivery.objects.filter(pk__in=[mail.pk for mail in _mail_to(user)]).delete()


def _sessions_of(user: User) -> Iterator[Session]:
    """Yield a person's browser sessions and unfinished flows: all have to be opened."""
    known, store = identifiers_of(user), SessionStore()
    for session in Session.objects.iterator(_BATCH):
        kept = store.decode(session.session_data)
        flow = FLOW in kept and known.names(json.dumps(kept, ensure_ascii=False))
        if flow or kept.get(SIGNED_IN) == known.user_id:
            yield session


def _export_sessions(user: User) -> Held:
    return [{"expires_at": session.expire_date} for session in _sessions_of(user)]


def _erase_sessions(user: User) -> None:
    keys = [session.pk for session in _sessions_of(user)]
    Session.objects.filter(pk__in=keys).delete()


def _export_answers(user: User) -> Held:
    mine = IdempotencyKey.objects.filter(caller=str(user.pk))
    return [dict(row) for row in mine.values("key", "status", "created_at")]


def _erase_answers(user: User) -> None:
    """Remove the answers kept for a person, and blank those to others that name them.

    The others' keys stay: a repetition must not do its work again.
    """
    known = identifiers_of(user)
    IdempotencyKey.objects.filter(caller=known.user_id).delete()
    kept = IdempotencyKey.objects.exclude(status=None)
    naming = [
        row.pk
        for row in kept.iterator(_BATCH)
        if known.names(json.dumps(row.body, ensure_ascii=False))
    ]
    IdempotencyKey.objects.filter(pk__in=naming).update(body=None)


# these come before `own.HOLDERS`, which remove the addresses that these look for
HOLDERS = (
    Holder("audit.events", ("audit.Event",), _export_events, _mask_events),
    Holder("outbox.waiting_mail", ("outbox.Delivery",), _export_mail, _erase_mail),
    Holder(
        "accounts.browser_sessions",
        ("sessions.Session",),
        _export_sessions,
        _erase_sessions,
    ),
    Holder(
        "accounts.idempotency_keys",
        ("accounts.IdempotencyKey",),
        _export_answers,
        _erase_answers,
    ),
)
