"""The real verifiers with static keys; only the feed and the outage are played."""

from typing import Any

import tokens
from ntt_auth import (
    AsyncVerifier,
    KeysUnavailable,
    Principal,
    TokenRevoked,
    Verifier,
)


class Played:
    """What a test can switch."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self.keys_down = False

    def outage(self) -> None:
        if self.keys_down:
            raise KeysUnavailable(retry_after=7.0)

    def checked(self, principal: Principal) -> Principal:
        if principal.sid in self.revoked:
            raise TokenRevoked
        return principal


OPTIONS: dict[str, Any] = {"revocation": "off", "jwks": tokens.jwks()}


class StandIn(Played, Verifier):
    """For Flask and Django."""

    def __init__(self) -> None:
        Played.__init__(self)
        Verifier.__init__(self, tokens.ISSUER, tokens.AUDIENCE, **OPTIONS)

    def verify(self, token: str) -> Principal:
        self.outage()
        return self.checked(super().verify(token))


class AsyncStandIn(Played, AsyncVerifier):
    """For FastAPI and Starlette."""

    def __init__(self) -> None:
        Played.__init__(self)
        AsyncVerifier.__init__(self, tokens.ISSUER, tokens.AUDIENCE, **OPTIONS)

    async def verify(self, token: str) -> Principal:
        self.outage()
        return self.checked(await super().verify(token))
