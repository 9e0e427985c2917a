"""A person's second factors: adding, naming, removing, resetting; the owner is told.

Whoever calls these for somebody's own account has seen a fresh proof of who they are.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import flows, names
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import FlowInvalid
from accounts.flows import enrolment, factors, pending
from accounts.flows.enrolment import Enrolled
from accounts.flows.factors import Factor
from accounts.flows.pending import Waiting
from accounts.mail import letters
from accounts.models import User
from accounts.services import entry
from accounts.services.authority import require_superuser_over
from accounts.signals import credentials_changed
from config.errors import Conflict

MOST_FACTORS = 20


def add_totp(
    flow: Waiting,
    *,
    code: str,
) -> tuple[flows.Authenticated, Enrolled]:
    """Finish the enrolment of an authenticator app.

    Raises `CodeInvalid`, `FlowInvalid`, `FactorExists`.
    """
    return _add(flow, lambda: enrolment.add_totp(flow, code=code))


def add_passkey(
    flow: Waiting,
    *,
    credential: Any,
    name: str,
) -> tuple[flows.Authenticated, Enrolled]:
    """Finish the enrolment of a passkey; `name` is what its owner calls it.

    Raises `CredentialInvalid`, `FlowInvalid`, `InvalidInput` for the name.
    """
    called = names.cleaned(name)
    return _add(
        flow,
        lambda: enrolment.add_passkey(flow, credential=credential, name=called),
    )


def _add(
    flow: Waiting,
    add: Callable[[], Enrolled],
) -> tuple[flows.Authenticated, Enrolled]:
    def work() -> tuple[flows.Authenticated, Enrolled]:
        person = _held(flow.user_id)
        if person is None or person.epoch != flow.epoch or not person.is_active:
            raise FlowInvalid
        mine = factors.factors_of(person)
        if flow.purpose is pending.Purpose.ENROLMENT and mine:
            raise FlowInvalid
        if len(mine) >= MOST_FACTORS:
            raise Conflict(f"An account has at most {MOST_FACTORS} factors.")
        enrolled = add()
        record(
            Action.FACTOR_ADDED,
            acting=person,
            target=person,
            details={"type": enrolled.type},
        )
        letters.notify("factor-added", person, method=enrolled.type)
        return enrolment.finished(flow, enrolled), enrolled

    return pending.step(flow, work)


def rename_factor(
    user: User,
    factor_id: UUID,
    *,
    name: str,
) -> Factor:
    """Name one's own passkey. Raises `NotFound`, `InvalidInput`."""
    called = names.cleaned(name)
    with transaction.atomic():
        _held(user.pk)
        factor = factors.rename(user, factor_id, name=called)
        record(Action.FACTOR_CHANGED, acting=user, target=user)
    return factor


def remove_factor(
    user: User,
    factor_id: UUID,
) -> None:
    """Remove one of one's own factors. Raises `NotFound`, `LastWayIn`."""
    with transaction.atomic():
        held = _held(user.pk)
        gone = factors.remove(user, factor_id)
        entry.require_one(held or user)
        record(
            Action.FACTOR_REMOVED,
            acting=user,
            target=user,
            details={"type": gone.method},
        )
        letters.notify("factor-removed", user, method=gone.method)


def new_recovery_codes(user: User) -> tuple[str, ...]:
    """Make one's own recovery codes anew; those before are dead.

    Raises `Conflict` for somebody without a factor that they could stand in for.
    """
    with transaction.atomic():
        _held(user.pk)
        if not flows.has_factor(user.pk):
            raise Conflict(
                "Recovery codes stand in for a second factor; add one first."
            )
        codes = enrolment.new_codes(user)
        record(Action.RECOVERY_CODES_CREATED, acting=user, target=user)
        letters.notify("recovery-codes", user)
    return codes


def reset_factors(
    user: User,
    *,
    acting_user: User | None,
) -> int:
    """Take all factors of somebody who lost them away; returns how many there were.

    Superusers, and the command line. Every login of theirs ends. Raises `Forbidden`.
    """
    require_superuser_over(user, acting_user)
    with transaction.atomic():
        _held(user.pk)
        gone = factors.remove_all(user)
        if not gone:
            return 0
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
        user.refresh_from_db()
        reason = Action.FACTORS_RESET
        record(reason, acting=acting_user, target=user)
        letters.write_to("factors-reset", user)
        credentials_changed.send(
            User,
            user=user,
            acting_user=acting_user,
            reason=reason,
            keep_login=None,
        )
    return gone


def _held(user_id: UUID) -> User | None:
    """Lock a person's row to the commit: their factors change one after the other."""
    return User.objects.select_for_update().filter(pk=user_id).first()
