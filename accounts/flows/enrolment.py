"""Setting up a second factor: a secret or challenge is given out, and then proven.

A flow belongs to one person; what it enrols is theirs. Where a policy asked for a first
factor at sign-in (`Purpose.ENROLMENT`), the flow dies as soon as they have one.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from accounts.errors import CodeInvalid, CredentialInvalid, FlowInvalid
from accounts.flows import pending, second_factor, webauthn
from accounts.flows.contract import AMR, Authenticated, Pending, ask
from accounts.flows.pending import Purpose, Waiting
from accounts.models import User
from config.errors import Conflict, InvalidInput

MFA_ENROLLMENT_REQUIRED = "mfa_enrollment_required"
_AUTHENTICATORS = "account/authenticators"


class FactorExists(Conflict):
    """There is one authenticator app for an account: remove the old one first."""

    code = "factor_exists"
    title = "There is an authenticator app for this account already."


@dataclass(frozen=True)
class Enrolled:
    """A new factor: its type as in `amr`'s source, and recovery codes if it is the first."""

    type: str
    recovery_codes: tuple[str, ...]


def require(
    user: User,
    *,
    amr: tuple[str, ...],
    state: dict[str, str],
) -> Pending:
    """Begin the flow in which a person sets up the factor that a policy asks for."""
    token = pending.begin(user, Purpose.ENROLMENT, amr=amr, state=state)
    usable = (second_factor.TOTP, second_factor.PASSKEY)
    methods = usable if webauthn.is_possible() else usable[:1]
    return Pending(MFA_ENROLLMENT_REQUIRED, token, methods=methods)


def begin(user: User) -> str:
    """Begin the flow in which somebody signed in adds a factor; return its token.

    Who calls this has seen a fresh proof of who they are.
    """
    return pending.begin(user, Purpose.ADDITION)


def waiting(
    flow_token: str,
    purpose: Purpose,
) -> Waiting:
    """Return an enrolment's flow. Raises `FlowInvalid`, also for a second first factor."""
    flow = pending.waiting(flow_token, purpose)
    if purpose is Purpose.ENROLMENT and second_factor.has_one(flow.user_id):
        raise FlowInvalid
    return flow


def totp_secret(flow: Waiting) -> tuple[str, str]:
    """Give out a new TOTP secret (RFC 6238), and its `otpauth:` URI.

    It replaces the one given out before. Raises `FactorExists`, `FlowInvalid`.
    """
    answer = pending.step(
        flow,
        lambda: ask(
            f"{_AUTHENTICATORS}/totp", flow_token=flow.flow_token, method="GET"
        ),
    )
    if answer["status"] != 404:
        raise FactorExists
    return answer["meta"]["secret"], answer["meta"]["totp_url"]


def picture(uri: str) -> str:
    """Return an `otpauth:` URI as a QR code to scan: a `data:` URI of an SVG."""
    svg: str = get_adapter().build_totp_svg(uri)
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def passkey_options(flow: Waiting) -> dict[str, Any]:
    """Give out WebAuthn creation options: a resident key that verifies its user.

    Raises `PasskeysUnavailable`, `FlowInvalid`.
    """
    webauthn.require_possible()
    answer = pending.step(
        flow,
        lambda: ask(
            f"{_AUTHENTICATORS}/webauthn?passwordless=true",
            flow_token=flow.flow_token,
            method="GET",
        ),
    )
    found: dict[str, Any] = answer["data"]["creation_options"]
    return found


def add_totp(
    flow: Waiting,
    *,
    code: str,
) -> Enrolled:
    """Keep the secret that was given out, proven by a code, which is spent by that.

    In the caller's transaction (`pending.step`). Raises `CodeInvalid`, `FactorExists`.
    """
    shown = pending.plain(code[:65])
    held = Authenticator.objects.filter(user_id=flow.user_id)
    if held.filter(type=Authenticator.Type.TOTP).exists():
        raise FactorExists
    if pending.spend("factor", str(flow.user_id), shown) is None:
        raise CodeInvalid
    try:
        ask(f"{_AUTHENTICATORS}/totp", {"code": shown}, flow_token=flow.flow_token)
    except InvalidInput:
        raise CodeInvalid from None
    return Enrolled(Authenticator.Type.TOTP, _first_codes(flow))


def add_passkey(
    flow: Waiting,
    *,
    credential: Any,
    name: str,
) -> Enrolled:
    """Keep a passkey, in the caller's transaction. Raises `CredentialInvalid`."""
    webauthn.require_possible()
    if not webauthn.is_ours(credential):
        raise CredentialInvalid
    shown = {"credential": credential, "name": name, "passwordless": True}
    try:
        with webauthn.reading():
            ask(f"{_AUTHENTICATORS}/webauthn", shown, flow_token=flow.flow_token)
    except InvalidInput:
        raise CredentialInvalid from None
    return Enrolled(Authenticator.Type.WEBAUTHN, _first_codes(flow))


def finished(
    flow: Waiting,
    enrolled: Enrolled,
) -> Authenticated:
    """End the flow; what it proved is what it was begun with, and the new factor."""
    pending.end(flow)
    amr = (*flow.amr, AMR[enrolled.type], "mfa")
    return Authenticated.now(flow.user_id, amr=amr, state=flow.state)


def new_codes(user: User) -> tuple[str, ...]:
    """Make recovery codes anew: those before are dead. In the caller's transaction."""
    flow = waiting(begin(user), Purpose.ADDITION)
    answer = ask(f"{_AUTHENTICATORS}/recovery-codes", flow_token=flow.flow_token)
    pending.end(flow)
    return tuple(answer["data"]["unused_codes"])


def _first_codes(flow: Waiting) -> tuple[str, ...]:
    """Return the recovery codes that came with a first factor; they are shown once."""
    answer = ask(
        f"{_AUTHENTICATORS}/recovery-codes", flow_token=flow.flow_token, method="GET"
    )
    return tuple((answer.get("data") or {}).get("unused_codes", ()))
