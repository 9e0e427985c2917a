"""The second factor: who has one shows it, at every door, before anything is handed out.

One way for sign-in, step-up and password reset: a flow is begun for a person who is proven
so far, and ends with a TOTP code, a recovery code or a passkey. A code works once. Wrong
ones are counted per account over all doors; an IP from which the person signed in before
has a count of its own, so that a stranger who knows the password cannot shut them out.
"""

from collections.abc import Iterable
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator

from accounts import limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.errors import CodeInvalid, CredentialInvalid, InvalidCredentials
from accounts.flows import pending, webauthn
from accounts.flows.contract import AMR, Authenticated, Pending, ask
from accounts.flows.pending import Purpose, Waiting
from accounts.models import KnownAddress, User
from config.errors import InvalidInput
from config.sessions import FlowStore

TOTP, PASSKEY, RECOVERY_CODE = "totp", "webauthn", "recovery_code"
METHODS = (TOTP, PASSKEY, RECOVERY_CODE)
MFA_REQUIRED = "mfa_required"
_TYPES = {
    TOTP: Authenticator.Type.TOTP,
    PASSKEY: Authenticator.Type.WEBAUTHN,
    RECOVERY_CODE: Authenticator.Type.RECOVERY_CODES,
}
_LENGTHS = {TOTP: 6, RECOVERY_CODE: 8}
_MOST_CHARACTERS = 64


def methods_of(user_id: Any) -> tuple[str, ...]:
    """Return the ways in which a person can show a second factor; () for none.

    Recovery codes alone are none: they only stand in for another factor.
    """
    mine = Authenticator.objects.filter(user_id=user_id)
    held = set(mine.values_list("type", flat=True))
    if not held - {Authenticator.Type.RECOVERY_CODES}:
        return ()
    usable = METHODS if webauthn.is_possible() else (TOTP, RECOVERY_CODE)
    return tuple(name for name in usable if _TYPES[name] in held)


def has_one(user_id: Any) -> bool:
    """Tell whether a person has a second factor, also one that is unusable here."""
    mine = Authenticator.objects.filter(user_id=user_id)
    return bool(mine.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def completed(
    outcome: Authenticated | Pending,
    *,
    epoch: int,
) -> Authenticated | Pending:
    """Return where a sign-in stands after its first steps: who has a factor shows it.

    `epoch` is the person's before those steps; raises `InvalidCredentials` where it moved.
    The caller's IP is remembered as the person's once nothing more is asked.
    """
    if not isinstance(outcome, Authenticated):
        return outcome
    if has_one(outcome.user_id):
        user = User.objects.filter(pk=outcome.user_id, epoch=epoch).first()
        if user is None:
            raise InvalidCredentials
        return ask_for(user, Purpose.SIGN_IN, amr=outcome.amr, state=outcome.state)
    lockouts.remember(outcome.user_id)
    return outcome


def ask_for(
    user: User,
    purpose: Purpose,
    *,
    amr: Iterable[str] = (),
    state: dict[str, str] | None = None,
) -> Pending:
    """Begin a flow that ends with `user`'s second factor. `amr` is what they proved."""
    token = pending.begin(user, purpose, amr=amr, state=state)
    return Pending(MFA_REQUIRED, token, methods=methods_of(user.pk))


def options(flow: Waiting) -> dict[str, Any]:
    """Return the request options of WebAuthn 3, 5.5, for the flow's person.

    They replace those given out before. Raises `FlowInvalid`, `PasskeysUnavailable`.
    """
    webauthn.require_possible()
    answer = pending.step(
        flow,
        lambda: ask(
            "auth/webauthn/reauthenticate", flow_token=flow.flow_token, method="GET"
        ),
    )
    found: dict[str, Any] = answer["data"]["request_options"]
    return found


def prove(
    flow: Waiting,
    *,
    method: str,
    code: str = "",
    credential: Any = None,
) -> Authenticated:
    """Finish a flow with the person's second factor.

    Raises `CodeInvalid` or `CredentialInvalid` (counted, recorded, the flow goes on),
    `FlowInvalid`, `TooManyRequests`, `InvalidInput` for an unknown method.
    """
    if method not in METHODS:
        raise InvalidInput.at("method", detail=f"Expected one of {', '.join(METHODS)}.")
    person = pending.person_of(flow)
    if method == PASSKEY:
        webauthn.require_possible()
    bucket = ("factor_account", str(person.pk), _origin(person))
    limits.hit(*bucket)
    try:
        used = pending.step(flow, lambda: _tried(flow, method, code, credential))
    except BaseException:
        limits.give_back(*bucket)  # nothing was learnt about the factor
        raise
    if used is None:
        record(
            Action.FACTOR_REFUSED,
            acting=Party("anonymous"),
            target=person,
            outcome=f"wrong {method}",
            succeeded=False,
        )
        raise CredentialInvalid if method == PASSKEY else CodeInvalid
    limits.give_back(*bucket)
    lockouts.remember(person.pk)
    amr = (*flow.amr, AMR[used], "mfa")
    return Authenticated.now(person.pk, amr=amr, state=flow.state)


def _origin(person: User) -> str:
    """Return whose count a wrong factor goes to: a known IP has its own."""
    ip = lockouts.caller()
    known = KnownAddress.objects.filter(user=person, ip=ip).exists()
    return ip if known else "elsewhere"


def _tried(
    flow: Waiting,
    method: str,
    code: str,
    credential: Any,
) -> str | None:
    """Return what kind of authenticator took the proof; None where none did."""
    User.objects.select_for_update().get(pk=flow.user_id)
    if method == PASSKEY:
        return _signed(flow, credential)
    return _coded(flow, method, code)


def _coded(
    flow: Waiting,
    method: str,
    code: str,
) -> str | None:
    """Present a code and return what it was; None where it is wrong or was used."""
    shown = pending.plain(code[: _MOST_CHARACTERS + 1])
    if len(shown) != _LENGTHS[method]:
        return None
    spent = pending.spend("factor", str(flow.user_id), shown)
    if spent is None:
        return None
    used = _shown(flow, "auth/2fa/reauthenticate", {"code": shown})
    if used is None:
        spent.drop()
    return used


def _signed(
    flow: Waiting,
    credential: Any,
) -> str | None:
    """Present a passkey's answer; None where it is not ours or does not fit."""
    if not webauthn.is_ours(credential):
        return None
    try:
        with webauthn.reading():
            shown = {"credential": credential}
            return _shown(flow, "auth/webauthn/reauthenticate", shown)
    except CredentialInvalid:
        return None


def _shown(
    flow: Waiting,
    step: str,
    body: dict[str, Any],
) -> str | None:
    """Return the type of the authenticator that took it, and end the flow; else None."""
    try:
        ask(step, body, flow_token=flow.flow_token)
    except InvalidInput:
        return None
    session = FlowStore(session_key=flow.flow_token)
    used: str = session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["type"]
    pending.end(flow)
    return used
