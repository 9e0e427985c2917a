"""How somebody proves who they are: the only package that talks to allauth.

What allauth asks of us in turn is answered in `accounts.adapter` and `accounts.backends`.
"""

from accounts.flows.contract import Authenticated, Pending, TokenStrategy
from accounts.flows.sign_in import log_in, reauthenticate
from accounts.flows.sign_up import sign_up

__all__ = [
    "Authenticated",
    "Pending",
    "TokenStrategy",
    "log_in",
    "reauthenticate",
    "sign_up",
]
