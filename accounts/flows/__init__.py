"""How somebody proves who they are: the only package that talks to allauth.

What allauth asks of us in turn is answered in `accounts.adapter` and `accounts.backends`.
"""

from accounts.flows.confirmation import Waiting, resend_code, verify_email, waiting
from accounts.flows.contract import Authenticated, Pending, TokenStrategy
from accounts.flows.credentials import log_in, reauthenticate
from accounts.flows.registration import sign_up

__all__ = [
    "Authenticated",
    "Pending",
    "TokenStrategy",
    "Waiting",
    "log_in",
    "reauthenticate",
    "resend_code",
    "sign_up",
    "verify_email",
    "waiting",
]
