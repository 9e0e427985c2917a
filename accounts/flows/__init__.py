"""How somebody proves who they are: the only package that talks to allauth.

What allauth asks of us in turn is answered in `accounts.adapter` and `accounts.backends`.
"""

from accounts.flows.confirmation import resend_code, verify_email
from accounts.flows.contract import Authenticated, Pending, TokenStrategy
from accounts.flows.credentials import log_in, reauthenticate
from accounts.flows.pending import Purpose, Waiting, waiting
from accounts.flows.registration import sign_up
from accounts.flows.second_factor import ask_for
from accounts.flows.second_factor import has_one as has_factor
from accounts.flows.second_factor import methods_of, prove

__all__ = [
    "Authenticated",
    "Pending",
    "Purpose",
    "TokenStrategy",
    "Waiting",
    "ask_for",
    "has_factor",
    "log_in",
    "methods_of",
    "prove",
    "reauthenticate",
    "resend_code",
    "sign_up",
    "verify_email",
    "waiting",
]
