"""Flows that wait for their next step: what each was begun for, and with what.

A `flow_token` is good for the one purpose of its flow. Flows that wait for a mailed code
are begun by allauth (`contract.take`), all others here. A flow ends with its step, with
its time, and when the person's epoch moves.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.contrib import auth
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from accounts.backends import NOBODY, SESSION_KEY
from accounts.errors import FlowInvalid, InvalidCredentials
from accounts.flows import contract
from accounts.models import SpentCode, User
from config.errors import Unavailable
from config.sessions import FlowStore

_ROUNDS = 3
_Result = TypeVar("_Result")


class Purpose(StrEnum):
    """What a flow waits for, and what comes after it."""

    EMAIL = "email"  # a mailed code; then sign-in goes on
    SIGN_IN = "sign_in"  # a second factor; then the person is in
    RENEWAL = "renewal"  # a second factor; then the login is as good as new
    RESET = "reset"  # a second factor; then a password may be reset
    PASSKEY = "passkey"  # a passkey of whoever it is; then they are in
    ENROLMENT = "enrolment"  # a first factor, which a policy asks for at sign-in
    ADDITION = "addition"  # a further factor of somebody signed in


@dataclass(frozen=True)
class Waiting:
    """A flow that waits, and what it was begun with.

    `user_id` is `NOBODY` where the address was taken (such a flow costs and answers the
    same, and never finishes), and for a passkey sign-in. `epoch` is the person's when it
    began, `amr` what they have proven so far.
    """

    flow_token: str
    purpose: Purpose
    user_id: UUID
    epoch: int
    key: str
    amr: tuple[str, ...] = ()
    state: dict[str, str] = field(default_factory=dict)


def begin(
    user: User | None,
    purpose: Purpose,
    *,
    amr: Iterable[str] = (),
    state: dict[str, str] | None = None,
    seconds: int = 900,
) -> str:
    """Begin a flow and return its `flow_token`.

    allauth sees a signed-in person in it, which is why it serves its purpose only.
    """
    session = FlowStore()
    session[SESSION_KEY] = {
        "purpose": purpose,
        "verification_required": False,
        "user_id": str(user.pk if user else NOBODY),
        "epoch": user.epoch if user else 0,
        "email_key": user.email_key if user else "",
        "amr": list(amr),
        "state": state or {},
    }
    if user:
        session[auth.SESSION_KEY] = str(user.pk)
        session[auth.BACKEND_SESSION_KEY] = "accounts.backends.EmailBackend"
        session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(seconds)
    session.create()
    return str(session.session_key)


def end(flow: Waiting) -> None:
    """End a flow: its token is good for nothing any more."""
    FlowStore(session_key=flow.flow_token).delete()


def waiting(
    flow_token: str,
    *purposes: Purpose,
) -> Waiting:
    """Return the pending flow of a `flow_token`, begun for one of `purposes`.

    Raises `FlowInvalid` for one that is none of ours, ran out or is finished, is for
    something else, and where the person was disabled, signed out everywhere or changed
    their password or their address since.
    """
    kept = contract.kept_by(flow_token)
    if kept is None or "user_id" not in kept:
        raise FlowInvalid
    flow = Waiting(
        flow_token=flow_token,
        purpose=Purpose(kept.get("purpose", Purpose.EMAIL)),
        user_id=UUID(kept["user_id"]),
        epoch=kept["epoch"],
        key=kept["email_key"],
        amr=tuple(kept.get("amr", ())),
        state=kept["state"],
    )
    if flow.purpose not in purposes:
        raise FlowInvalid
    if flow.user_id != NOBODY and not _person(flow).exists():
        raise FlowInvalid
    return flow


def person_of(flow: Waiting) -> User:
    """Return whose flow it is; raises `FlowInvalid` where that ended."""
    person = _person(flow).first()
    if person is None:
        raise FlowInvalid
    return person


def step(
    flow: Waiting,
    work: Callable[[], _Result],
) -> _Result:
    """Do one step of a flow in a transaction that holds it: one comes after the other.

    A refusal that must be remembered (allauth counts it in the flow, or a code is spent)
    is returned by `work`: raising would roll it back. Raises `FlowInvalid`.
    """
    for _ in range(_ROUNDS):
        try:
            with transaction.atomic():
                if not contract.hold(flow.flow_token):
                    raise FlowInvalid
                return work()
        except InvalidCredentials:
            raise FlowInvalid from None
        except (IntegrityError, OperationalError):
            continue  # a deadlock, or the person was deleted: look again
    raise Unavailable(retry_after=1)


def spend(*parts: str) -> SpentCode | None:
    """Claim a single-use code by a digest of its parts; None where it was used before.

    Drop the row again where the code turns out to be wrong.
    """
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    spent = SpentCode(digest=hashlib.sha256(text).hexdigest())
    try:
        with transaction.atomic():
            spent.save(force_insert=True)
    except IntegrityError:
        return None
    return spent


def plain(code: str) -> str:
    """Return the one spelling of all that allauth takes for the same code."""
    return "".join(c for c in code.upper() if c.isalnum())


def theirs(flow: Waiting) -> QuerySet[User]:
    """Return the flow's person, as long as the address it was begun with is theirs."""
    return User.objects.filter(pk=flow.user_id, email_key=flow.key)


def _person(flow: Waiting) -> QuerySet[User]:
    return theirs(flow).filter(epoch=flow.epoch, is_active=True)
