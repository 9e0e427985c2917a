"""What has to happen before a request may be answered: one step at a time.

Asked anew at every visit of `/oauth/authorize`, from the login as it is now.
"""

import enum
import time

from authlib.oidc.core.errors import (
    ConsentRequiredError,
    InteractionRequiredError,
    LoginRequiredError,
)

from accounts import flows
from tenants import admission
from tenants.models import Application
from tokens.oidc.authorization import Asked
from tokens.oidc.services import consents
from tokens.pages.visits import Visit
from tokens.standing import Standing


class Step(enum.Enum):
    """What is asked of the person next."""

    SIGN_IN = enum.auto()
    SIGN_UP = enum.auto()
    CHOOSE = enum.auto()
    VERIFY = enum.auto()
    PROVE = enum.auto()
    ENROL = enum.auto()
    CONSENT = enum.auto()
    SOMEBODY_ELSE = enum.auto()
    NOTHING = enum.auto()


UNSEEN = {
    Step.SIGN_IN: LoginRequiredError,
    Step.SIGN_UP: LoginRequiredError,
    Step.CHOOSE: LoginRequiredError,
    Step.VERIFY: InteractionRequiredError,
    Step.PROVE: LoginRequiredError,
    Step.ENROL: InteractionRequiredError,
    Step.CONSENT: ConsentRequiredError,
}


def next_step(
    asked: Asked,
    visit: Visit,
    present: Standing | None,
) -> Step:
    """Return what is asked next of who sits at the browser (section 3.1.2.3).

    What they did after the visit began counts as answer to it.
    """
    if present is None:
        return Step.SIGN_UP if "create" in asked.prompts else Step.SIGN_IN
    another = asked.hinted_sub and asked.hinted_sub != str(present.user_id)
    if (another or "select_account" in asked.prompts) and not visit.chosen:
        return Step.CHOOSE
    if another:
        return Step.SOMEBODY_ELSE
    if _is_stale(asked, visit, present):
        return Step.PROVE
    missing = proof_step(asked.application, present, asked.acr_values)
    if missing is not None:
        return missing
    if "consent" in asked.prompts or consents.is_needed(
        present.user_id, asked.application, asked.target
    ):
        return Step.CONSENT
    return Step.NOTHING


def asked_of(
    asked: Asked,
    present: Standing | None,
) -> str:
    """Return who is asked to consent to what: nothing else is what they answer.

    What an application may have changes, and who sits at the browser does.
    """
    person = present.user_id if present is not None else ""
    return f"{person} {asked.target.audience} {asked.target.scope}"


def _is_stale(
    asked: Asked,
    visit: Visit,
    present: Standing,
) -> bool:
    """Tell whether a proof is asked for that is newer than the login's."""
    proven = int(present.auth_time.timestamp())
    if proven >= visit.began:
        return False
    if "login" in asked.prompts:
        return True
    return asked.max_age is not None and time.time() - proven > asked.max_age


def proof_step(
    application: Application,
    present: Standing,
    acr_values: tuple[str, ...] = (),
) -> Step | None:
    """Return what somebody has to prove first: their address, or a second factor.

    The factor is shown by who has one, or set up by who must have one. None where nothing
    is missing.
    """
    if present.bound_to not in (None, application.tenant_id):
        return Step.PROVE  # another tenant's provider vouched: here that is no proof
    if application.tenant.verification_required and not present.email_verified:
        return Step.VERIFY
    if "mfa" in present.amr:
        return None
    has_one = flows.has_factor(present.user_id)
    if admission.second_factor_required(application, present.user_id):
        return Step.PROVE if has_one else Step.ENROL
    return Step.PROVE if has_one and "aal2" in acr_values else None
