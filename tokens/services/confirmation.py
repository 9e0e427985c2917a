"""From a mailed code to a token pair: how a pending sign-up or sign-in is finished.

The flow says for which application and audience it was begun, never this request. The
user's epoch is the one that stood at its first step; the others are read before the code
is checked.
"""

from accounts import flows
from accounts.errors import FlowInvalid
from config.errors import InvalidInput
from tenants import admission
from tenants.admission import Target
from tenants.models import Application
from tokens.minting import TokenPair
from tokens.services.sign_in import begin_session, read_epochs


def verify_email(
    *,
    flow_token: str,
    code: str,
) -> TokenPair | flows.Pending:
    """Prove the address of a pending flow and sign the person in.

    Raises `FlowInvalid`, `CodeInvalid`, `TooManyRequests`, before the code is looked at
    `ApplicationSuspended` and `RestLoginNotAllowed`, after it what `begin_session` does.
    """
    flow = flows.waiting(flow_token)
    application, target = _begun_for(flow)
    epochs = read_epochs(flow.user_id, flow.epoch, application)
    outcome = flows.verify_email(flow, code=code)
    if isinstance(outcome, flows.Pending):
        return outcome
    return begin_session(application, target=target, epochs=epochs, proof=outcome)


def resend_code(*, flow_token: str) -> flows.Pending:
    """Mail another code for a pending flow.

    Raises `FlowInvalid`, `TooManyRequests`, `ApplicationSuspended`.
    """
    flow = flows.waiting(flow_token)
    _begun_for(flow)
    return flows.resend_code(flow)


def _begun_for(flow: flows.Waiting) -> tuple[Application, Target]:
    """Return the flow's application and target, if they may still be asked for."""
    try:
        application = admission.application_for(flow.state.get("client_id", ""))
        admission.admit_rest(application)
        return application, admission.target_of(application, flow.state["audience"])
    except (InvalidInput, KeyError):  # deleted, or no longer allowed
        raise FlowInvalid from None
