"""Proving an address by the code that was mailed to it: the last step of a flow."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import addresses, limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.backends import NOBODY, Attempt, tenant_of_flow
from accounts.errors import CodeInvalid, FlowInvalid, InvalidCredentials
from accounts.flows import contract, pending, second_factor, verification
from accounts.flows.contract import VERIFY_EMAIL, Authenticated, Pending, take
from accounts.flows.pending import Waiting
from accounts.flows.registration import may_mail
from accounts.mail.letters import write_to_address
from accounts.models import SpentCode, User
from config.errors import InvalidInput, Unavailable

_PURPOSE = "verify_email"
_KEPT = timedelta(days=1)  # a spent code outlives every flow that could know it


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
    return second_factor.completed(outcome, epoch=flow.epoch)


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
            contract.ask("auth/email/verify/resend", flow_token=flow.flow_token)
        except InvalidCredentials:
            raise FlowInvalid from None
        if tells_owner:
            address = addresses.wire_form(flow.key)
            tenant_id = tenant_of_flow(flow.state)
            write_to_address("account-exists", address, tenant_id=tenant_id)
    return Pending(VERIFY_EMAIL, flow.flow_token, methods=("email_code",))


def _tried(
    flow: Waiting,
    code: str,
) -> Authenticated | Pending | None:
    """Return where the flow stands after a code; None after a wrong one."""
    try:
        return pending.step(flow, lambda: _spend(flow, code))
    except Unavailable:  # allauth's answer where another flow proved it meanwhile
        if verification.is_verified(flow.user_id):
            raise FlowInvalid from None
        raise


def _spend(
    flow: Waiting,
    code: str,
) -> Authenticated | Pending | None:
    """Claim a code by its digest and present it; a refused one is not spent."""
    theirs = (
        pending.theirs(flow).select_for_update().exists()
    )  # an address change waits
    if not theirs and flow.user_id != NOBODY:
        raise FlowInvalid
    spent = pending.spend(_PURPOSE, flow.flow_token, pending.plain(code))
    if spent is None:
        raise FlowInvalid
    # a flow of a taken address has a code too, which nobody may ever hit upon
    shown = secrets.token_hex(16) if flow.user_id == NOBODY else code
    try:
        outcome = take(
            "auth/email/verify", {"key": shown}, Attempt(), flow_token=flow.flow_token
        )
    except InvalidInput:
        spent.drop()
        return None
    person = User.objects.get(pk=flow.user_id)
    record(Action.EMAIL_VERIFIED, acting=person, target=person)
    return outcome


def purge() -> int:
    """Remove spent codes whose flow is long over; returns how many."""
    old = SpentCode.objects.filter(created_at__lt=timezone.now() - _KEPT)
    return old.delete()[0]
