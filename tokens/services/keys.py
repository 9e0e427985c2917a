"""The life of signing keys: pending -> active -> retired, or revoked at once.

A key is published before it signs, so that no verifier meets a `kid` that it cannot
know, and stays published after it stopped, so that what it signed runs out by itself.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_person
from config.errors import Conflict
from tokens import feed, keyring, revocations
from tokens.models import SigningKey
from tokens.revocations import Entry, Kind

State = SigningKey.State
MARGIN = timedelta(days=1)


def ensure_signing_keys(*, acting_user: User | None = None) -> list[SigningKey]:
    """Make an active key for every algorithm that has none; return those made.

    Two starts at once make one each: the feed's row is held to the commit.
    """
    pairs = {
        algorithm: keyring.generate(algorithm)
        for algorithm in keyring.ALGORITHMS
        if not SigningKey.objects.filter(algorithm=algorithm, state=State.ACTIVE)
    }
    if not pairs:
        return []
    with transaction.atomic():
        feed.keys_moved()
        made = []
        for algorithm, pair in pairs.items():
            active = SigningKey.objects.filter(algorithm=algorithm, state=State.ACTIVE)
            if not active.exists():
                key = _add(algorithm, pair, state=State.ACTIVE, acting=acting_user)
                made.append(key)
        return made


def rotate_signing_keys(
    *,
    acting_user: User | None,
    now: bool = False,
) -> list[SigningKey]:
    """Take each algorithm one step on; return the keys that changed.

    A pending key that was published for `KEY_PREPUBLISH_SECONDS` (or any, with `now`)
    becomes the active one, and the active one retires; where none is pending, a new one
    is published. Run it daily or monthly: it never signs with an unpublished key. `now`
    does, and refuses tokens where that is not known yet: it takes a person.
    """
    if now:
        require_person(acting_user)
    pairs = {algorithm: keyring.generate(algorithm) for algorithm in keyring.ALGORITHMS}
    with transaction.atomic():
        feed.keys_moved()
        changed: list[SigningKey] = []
        for algorithm, pair in pairs.items():
            keys = SigningKey.objects.filter(algorithm=algorithm)
            pending = keys.filter(state=State.PENDING).order_by("id").first()
            if pending is None:
                pending = _add(algorithm, pair, state=State.PENDING, acting=acting_user)
                changed.append(pending)
            if now or _published_long_enough(pending):
                changed += _activate(pending, acting_user)
        return changed


def _published_long_enough(key: SigningKey) -> bool:
    age = timezone.now() - key.created_at
    return age >= timedelta(seconds=settings.KEY_PREPUBLISH_SECONDS)


def _activate(
    pending: SigningKey,
    acting_user: User | None,
) -> list[SigningKey]:
    now = timezone.now()
    old = list(
        SigningKey.objects.filter(algorithm=pending.algorithm, state=State.ACTIVE)
    )
    for key in old:
        key.private_key = ""  # it never signs again
        _move(key, State.RETIRED, at="retired_at", when=now)
        record(Action.KEY_RETIRED, acting=acting_user, target=key)
    _move(pending, State.ACTIVE, at="activated_at", when=now)
    record(Action.KEY_ACTIVATED, acting=acting_user, target=pending)
    return [pending, *old]


def _move(
    key: SigningKey,
    state: str,
    *,
    at: str,
    when: Any,
) -> None:
    key.state = state
    setattr(key, at, when)
    key.save(update_fields=["state", "private_key", at])


def revoke_signing_key(
    key: SigningKey,
    *,
    acting_user: User | None,
) -> None:
    """Refuse everything that a key signed, at once; a fresh key takes its place.

    For a key that may have leaked. Everybody whose refresh token it signed signs in
    again. Raises `Conflict` when it was revoked before, and `Forbidden` for a service.
    """
    require_person(acting_user)
    pair = keyring.generate(key.algorithm)
    with transaction.atomic():
        feed.keys_moved()
        was_active = SigningKey.objects.filter(pk=key.pk, state=State.ACTIVE).exists()
        standing = SigningKey.objects.filter(pk=key.pk).exclude(state=State.REVOKED)
        changed = standing.update(
            state=State.REVOKED, revoked_at=timezone.now(), private_key=""
        )
        if not changed:
            raise Conflict("This key was revoked before.")
        record(Action.KEY_REVOKED, acting=acting_user, target=key)
        if was_active:
            _replace(key.algorithm, pair, acting_user)
        entry = Entry(Kind.KEY, key.kid)
        revocations.write([entry], reason=Action.KEY_REVOKED)


def _replace(
    algorithm: str,
    pair: tuple[dict[str, Any], str],
    acting_user: User | None,
) -> None:
    keys = SigningKey.objects.filter(algorithm=algorithm, state=State.PENDING)
    successor = keys.order_by("id").first()
    if successor is None:
        _add(algorithm, pair, state=State.ACTIVE, acting=acting_user)
    else:
        _activate(successor, acting_user)


def _add(
    algorithm: str,
    pair: tuple[dict[str, Any], str],
    *,
    state: str,
    acting: User | None,
) -> SigningKey:
    jwk, private = pair
    key = SigningKey.objects.create(
        kid=jwk["kid"],
        algorithm=algorithm,
        state=state,
        public_jwk=jwk,
        private_key=private,
        activated_at=timezone.now() if state == State.ACTIVE else None,
    )
    record(Action.KEY_CREATED, acting=acting, target=key)
    return key


def purge_retired_keys() -> int:
    """Delete keys whose last refresh token has run out; run by the worker."""
    lived = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS) + MARGIN
    gone = SigningKey.objects.filter(
        state__in=[State.RETIRED, State.REVOKED],
        created_at__lt=timezone.now() - lived,
    ).exclude(retired_at__gt=timezone.now() - lived)
    with transaction.atomic():
        deleted, _ = gone.delete()
        if deleted:
            feed.keys_moved()
    return deleted
