"""Test an application without a server: an issuer in memory, and a pytest plugin.

The plugin comes with the package: a test takes the fixtures `ntt_auth_token` and
`ntt_auth_issuer`. Elsewhere, or for longer than one test:

    with Issuer(audience="https://api.example.com/orders").installed() as issuer:
        client.get("/orders", headers=issuer.tokens.headers(scopes=["orders:read"]))

Services get their tokens there too (`Client.from_env()`); what they manage is told by
`issuer.script(...)`, for the reason that stands in `ntt_auth.testing.scripts`.

The same contract cases run against this issuer and the real server. Nothing here is for
production, and nothing of it is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ntt_auth.testing.issuer import Issuer
    from ntt_auth.testing.tokens import Token, Tokens

__all__ = ["Issuer", "Token", "Tokens"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "issuer" if name == "Issuer" else "tokens"
    return getattr(import_module(f"{__name__}.{module}"), name)
