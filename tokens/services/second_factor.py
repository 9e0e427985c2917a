"""The second factor at sign-in, enrolling one there, and signing in by passkey alone.

As everywhere, the flow says for what it was begun, and epochs are read before the proof is
looked at.
"""

from dataclasses import dataclass
from typing import Any

from accounts import flows, services
from accounts.errors import EmailVerificationRequired
from accounts.flows import Purpose, enrolment, passkeys, second_factor, verification
from accounts.flows.contract import Authenticated
from accounts.flows.enrolment import Enrolled
from tokens.models import Session
from tokens.services import entrances, renewal
from tokens.services.entrances import Door, Entrance, enter, read_epochs


@dataclass(frozen=True)
class Proof:
    """What somebody shows: a code, or a passkey's answer as browsers give it in JSON."""

    method: str
    code: str = ""
    credential: Any = None
    name: str = ""


def options(flow_token: str) -> dict[str, Any]:
    """Return WebAuthn request options for a flow that waits for a second factor.

    Raises `FlowInvalid`, `PasskeysUnavailable`.
    """
    waits = (Purpose.SIGN_IN, Purpose.RENEWAL, Purpose.RESET)
    return second_factor.options(flows.waiting(flow_token, *waits))


def prove(
    flow_token: str,
    proof: Proof,
    *,
    door: Door = Door.REST,
) -> Session | flows.Pending:
    """Finish a sign-in, or a re-authentication, with a second factor.

    Raises `FlowInvalid`, `CodeInvalid`, `CredentialInvalid`, `TooManyRequests`, and as
    `enter` does.
    """
    flow = flows.waiting(flow_token, Purpose.SIGN_IN, Purpose.RENEWAL)
    if flow.purpose is Purpose.RENEWAL:
        renewal.require_door(flow, door)
        return renewal.renewed(flow, _shown(flow, proof))
    entrance = entrances.of(flow, door)
    epochs = read_epochs(flow.user_id, flow.epoch, entrance.application)
    return enter(entrance, epochs=epochs, proof=_shown(flow, proof))


def _shown(
    flow: flows.Waiting,
    proof: Proof,
) -> Authenticated:
    return flows.prove(
        flow, method=proof.method, code=proof.code, credential=proof.credential
    )


def begin_passkey(entrance: Entrance) -> tuple[str, dict[str, Any]]:
    """Begin a sign-in by passkey alone: a `flow_token` and WebAuthn request options.

    Raises `PasskeysUnavailable`.
    """
    return passkeys.begin(entrance.state)


def enter_by_passkey(
    flow_token: str,
    credential: Any,
    *,
    door: Door = Door.REST,
) -> Session | flows.Pending:
    """Sign in whoever's passkey it is.

    Raises `FlowInvalid`, `CredentialInvalid`, `TooManyRequests`, `EmailVerificationRequired`
    (the password begins that), and as `enter` does.
    """
    flow = flows.waiting(flow_token, Purpose.PASSKEY)
    entrance = entrances.of(flow, door)
    claimed = passkeys.claimed_by(credential)
    epochs = read_epochs(claimed.user_id, claimed.epoch, entrance.application)
    proof = passkeys.log_in(flow, credential=credential, claimed=claimed)
    required = entrance.application.tenant.verification_required
    if required and not verification.is_verified(proof.user_id):
        raise EmailVerificationRequired(
            "Sign in with the password once, to verify the e-mail address."
        )
    return enter(entrance, epochs=epochs, proof=proof)


def enrol_totp(flow_token: str) -> tuple[str, str]:
    """Give out the TOTP secret, and its URI, of an enrolment at sign-in."""
    return enrolment.totp_secret(_enrolling(flow_token))


def enrol_passkey(flow_token: str) -> dict[str, Any]:
    """Give out the WebAuthn creation options of an enrolment at sign-in."""
    return enrolment.passkey_options(_enrolling(flow_token))


def enter_by_enrolling(
    flow_token: str,
    proof: Proof,
    *,
    door: Door = Door.REST,
) -> tuple[Session | flows.Pending, Enrolled]:
    """Finish an enrolment at sign-in, and the sign-in with it.

    Raises `FlowInvalid`, `CodeInvalid`, `CredentialInvalid`, and as `enter` does.
    """
    flow = _enrolling(flow_token)
    entrance = entrances.of(flow, door)
    epochs = read_epochs(flow.user_id, flow.epoch, entrance.application)
    proven, enrolled = add(flow, proof)
    return enter(entrance, epochs=epochs, proof=proven), enrolled


def add(
    flow: flows.Waiting,
    proof: Proof,
) -> tuple[Authenticated, Enrolled]:
    """Finish the enrolment that a flow was begun for. Raises as the services do."""
    if proof.method == second_factor.PASSKEY:
        return services.add_passkey(flow, credential=proof.credential, name=proof.name)
    return services.add_totp(flow, code=proof.code)


def _enrolling(flow_token: str) -> flows.Waiting:
    return enrolment.waiting(flow_token, Purpose.ENROLMENT)
