"""From a mailed code to a session: how a pending sign-up or sign-in is finished.

The flow says for which application and audience it was begun, never this request. The
user's epoch is the one that stood at its first step; the others are read before the code
is checked.
"""

from accounts import flows
from accounts.flows import Purpose
from tokens.models import Session
from tokens.services import entrances
from tokens.services.entrances import Door, enter, read_epochs


def verify_email(
    *,
    flow_token: str,
    code: str,
    door: Door = Door.REST,
) -> Session | flows.Pending:
    """Prove the address of a pending flow and sign the person in.

    Raises `FlowInvalid`, `CodeInvalid`, `TooManyRequests`, before the code is looked at
    `ApplicationSuspended` and `RestLoginNotAllowed`, after it what `enter` does.
    """
    flow = flows.waiting(flow_token, Purpose.EMAIL)
    entrance = entrances.of(flow, door)
    epochs = read_epochs(flow.user_id, flow.epoch, entrance.application)
    outcome = flows.verify_email(flow, code=code)
    if isinstance(outcome, flows.Pending):
        return outcome
    return enter(entrance, epochs=epochs, proof=outcome)


def resend_code(
    *,
    flow_token: str,
    door: Door = Door.REST,
) -> flows.Pending:
    """Mail another code for a pending flow.

    Raises `FlowInvalid`, `TooManyRequests`, `ApplicationSuspended`.
    """
    flow = flows.waiting(flow_token, Purpose.EMAIL)
    entrances.of(flow, door)
    return flows.resend_code(flow)
