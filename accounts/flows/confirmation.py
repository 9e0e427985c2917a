"""Proving an address by the code that was mailed to it: the last step of a flow."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from accounts import addresses, limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.backends import NOBODY, Attempt, tenant_of_flow
from accounts.errors import CodeInvalid, FlowInvalid, InvalidCredentials
from accounts.flows import contract, verification
from accounts.flows.contract import Authenticated, Pending, take
from accounts.flows.registration import may_mail
from accounts.mail.letters import write_to_address
from accounts.models import SpentCode, User
from config.errors import InvalidInput, Unavailable

_PURPOSE = "verify_email"
_ROUNDS = 3
_KEPT = timedelta(days=1)  # a spent code outlives every flow that could know it


@dataclass(frozen=True)
class Waiting:
    """A flow that waits for a mailed code, and what it was begun with.

    `user_id` is `NOBODY` where the address was taken: such a flow costs and answers the
    same, and never finishes. `epoch` is the person's when it began.
    """

    flow_token: str
    user_id: UUID
    epoch: int
    key: str
    state: dict[str, str]


def waiting(flow_token: str) -> Waiting:
    """Return the pending flow of a `flow_token`.

    Raises `FlowInvalid` for one that is none of ours, ran out or is finished, and where
    the person was disabled, signed out everywhere or changed their password since.
    """
    kept = contract.kept_by(flow_token)
    if kept is None or "user_id" not in kept:
        raise FlowInvalid
    flow = Waiting(
        flow_token=flow_token,
        user_id=UUID(kept["user_id"]),
        epoch=kept["epoch"],
        key=kept["email_key"],
        state=kept["state"],
    )
    person = User.objects.filter(pk=flow.user_id, epoch=flow.epoch, is_active=True)
    if not person.exists() and flow.user_id != NOBODY:
        raise FlowInvalid
    return flow


def verify_email(
    flow: Waiting,
    *,
    code: str,
) -> Authenticated | Pending:
    """Finish a flow with the code that was mailed.

    Raises `CodeInvalid` (counted: a flow stands allauth's number of wrong codes, and an
    account and an IP what they stand of wrong passwords), `FlowInvalid`, `TooManyRequests`.
    Failures are recorded, and that the address is proven.
    """
    guess = lockouts.admit(flow.key)
    try:
        outcome = _tried(flow, code)
    except BaseException:
        guess.passed()  # nothing was learnt about the code
        raise
    if outcome is None:
        guess.failed("wrong code", action=Action.VERIFICATION_FAILED)
        raise CodeInvalid
    guess.passed()
    if isinstance(outcome, Authenticated):
        lockouts.remember(outcome.user_id)
    return outcome


def resend_code(flow: Waiting) -> Pending:
    """Mail another code, which kills the one before; the owner of a taken address is told.

    Raises `TooManyRequests` past the limit per account, `FlowInvalid`.
    """
    taken = flow.user_id == NOBODY
    # strangers must not use up what the owner of a taken address may ask for
    limits.hit("resend_account", *(("resent", flow.key) if taken else (flow.key,)))
    tells_owner = may_mail(flow.key) if taken else False
    with transaction.atomic():
        if not contract.hold(flow.flow_token):
            raise FlowInvalid
        try:
            contract.ask(
                "auth/email/verify/resend", Attempt(), flow_token=flow.flow_token
            )
        except InvalidCredentials:
            raise FlowInvalid from None
        if tells_owner:
            address = addresses.wire_form(flow.key)
            tenant_id = tenant_of_flow(flow.state)
            write_to_address("account-exists", address, tenant_id=tenant_id)
    return Pending(
        "email_verification_required", flow.flow_token, methods=("email_code",)
    )


def _tried(
    flow: Waiting,
    code: str,
) -> Authenticated | Pending | None:
    """Return where the flow stands after a code; None after a wrong one."""
    for _ in range(_ROUNDS):
        try:
            with transaction.atomic():
                if not contract.hold(flow.flow_token):
                    raise FlowInvalid
                return _spend(flow, code)
        except InvalidCredentials:
            raise FlowInvalid from None
        except Unavailable:  # allauth's answer where another flow proved it meanwhile
            if verification.is_verified(flow.user_id):
                raise FlowInvalid from None
            raise
        except (IntegrityError, OperationalError):
            continue  # a deadlock, or the person was deleted: look again
    raise Unavailable(retry_after=1)


def _spend(
    flow: Waiting,
    code: str,
) -> Authenticated | Pending | None:
    """Claim a code by its digest and present it; a refused one is not spent.

    In one transaction that holds the flow: a refusal that must be remembered (allauth
    counts it in the flow) is returned, for raising would roll it back.
    """
    spent = SpentCode(digest=_digest(flow, code))
    try:
        with transaction.atomic():
            spent.save(force_insert=True)
    except IntegrityError:
        raise FlowInvalid from None
    # a flow of a taken address has a code too, which nobody may ever hit upon
    shown = secrets.token_hex(16) if flow.user_id == NOBODY else code
    try:
        outcome = take(
            "auth/email/verify", {"key": shown}, Attempt(), flow_token=flow.flow_token
        )
    except InvalidInput:
        spent.delete()
        return None
    if isinstance(outcome, Pending):  # a second factor is next, in the same flow
        outcome = Pending(outcome.code, flow.flow_token, methods=outcome.methods)
    person = User.objects.get(pk=flow.user_id)
    record(Action.EMAIL_VERIFIED, acting=person, target=person)
    return outcome


def _digest(
    flow: Waiting,
    code: str,
) -> str:
    """Return one digest for every spelling of a code that allauth takes for the same."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    parts = (_PURPOSE, flow.flow_token, plain)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def purge() -> int:
    """Remove spent codes whose flow is long over; returns how many."""
    old = SpentCode.objects.filter(created_at__lt=timezone.now() - _KEPT)
    return old.delete()[0]
