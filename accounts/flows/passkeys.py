"""Signing in with nothing but a passkey: it says whose it is, and verifies its user.

Such a sign-in has two factors in one (what one has, and the PIN or finger that unlocks it),
so no second one is asked. Whose passkey it is is claimed by the caller: nothing is counted
against that account, and nothing is told about it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts import limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.backends import NOBODY, Attempt
from accounts.errors import CredentialInvalid, InvalidCredentials
from accounts.flows import pending, webauthn
from accounts.flows.contract import AMR, Authenticated, ask, take
from accounts.flows.pending import Purpose, Waiting
from accounts.models import User
from config.errors import InvalidInput

FLOW_SECONDS = 900
_AMR = (AMR["webauthn"], "mfa")


@dataclass(frozen=True)
class Claimed:
    """Whose passkey a credential says it is, with the epoch before it is looked at."""

    user_id: UUID
    epoch: int


def begin(state: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Begin a sign-in by passkey; return the `flow_token` and WebAuthn request options.

    Raises `PasskeysUnavailable`, `TooManyRequests` past the limit per IP.
    """
    webauthn.require_possible()
    limits.hit("passkey_ip", lockouts.caller())
    token = pending.begin(None, Purpose.PASSKEY, state=state, seconds=FLOW_SECONDS)
    answer = ask("auth/webauthn/login", flow_token=token, method="GET")
    return token, answer["data"]["request_options"]


def claimed_by(credential: Any) -> Claimed:
    """Return whom a credential names, before anything is proven; `NOBODY` if no one."""
    try:
        claimed = UUID(hex=webauthn.user_handle(credential))
    except ValueError:
        return Claimed(NOBODY, 0)
    row = User.objects.filter(pk=claimed).values_list("pk", "epoch").first()
    return Claimed(*row) if row else Claimed(NOBODY, 0)


def log_in(
    flow: Waiting,
    *,
    credential: Any,
    claimed: Claimed,
) -> Authenticated:
    """Finish a sign-in with the passkey's answer.

    `claimed` is what `claimed_by` told before. Raises `CredentialInvalid` (recorded;
    counted per IP), `FlowInvalid`, `TooManyRequests`.
    """
    limits.hit("login_ip", lockouts.caller())
    outcome = pending.step(flow, lambda: _shown(flow, credential, claimed))
    if outcome is None:
        record(
            Action.LOGIN_FAILED,
            acting=Party("anonymous"),
            target=User.objects.filter(pk=claimed.user_id).first(),
            outcome="passkey refused",
            succeeded=False,
        )
        raise CredentialInvalid
    limits.give_back("login_ip", lockouts.caller())
    lockouts.remember(outcome.user_id)
    return outcome


def _shown(
    flow: Waiting,
    credential: Any,
    claimed: Claimed,
) -> Authenticated | None:
    if claimed.user_id == NOBODY or not webauthn.is_ours(credential):
        return None
    User.objects.select_for_update().get(pk=claimed.user_id)
    try:
        with webauthn.reading():
            outcome = take(
                "auth/webauthn/login",
                {"credential": credential},
                Attempt(),
                flow_token=flow.flow_token,
            )
    except (InvalidInput, InvalidCredentials, CredentialInvalid):
        return None
    if not isinstance(outcome, Authenticated) or outcome.user_id != claimed.user_id:
        return None
    pending.end(flow)
    return Authenticated.now(outcome.user_id, amr=_AMR, state=flow.state)
