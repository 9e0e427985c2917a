"""`Verifier` and `AsyncVerifier` tell whether an access token is good now.

One is made for a process and shared by all its threads or tasks. The rules stand in
`ntt_auth.verification`, what sends and waits in `ntt_auth.drivers`.
"""

from ntt_auth.drivers.base import VERIFIERS
from ntt_auth.drivers.tasks import AsyncVerifier
from ntt_auth.drivers.threads import Verifier
from ntt_auth.verification.core import Status

__all__ = ["VERIFIERS", "AsyncVerifier", "Status", "Verifier"]
