"""A stand-in for the verifier: the rules that the adapters' cases need, and no more."""

import base64
import json
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import tokens
from ntt_auth import (
    KeysUnavailable,
    Principal,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class StandIn:
    """Verifies what `tokens.mint` signs."""

    def __init__(
        self,
        issuer: str | None = None,
        audience: str | None = None,
        **options: Any,
    ) -> None:
        self.issuer = issuer or tokens.ISSUER
        self.audience = audience or tokens.AUDIENCE
        self.options = options
        self.revoked: set[str] = set()
        self.keys_down = False
        self.warmed = self.closed = 0

    def verify(self, token: str) -> Principal:
        if self.keys_down:
            raise KeysUnavailable(retry_after=7.0)
        try:
            head, body, signature = token.split(".")
            raw = decoded(signature)
            numbers = [int.from_bytes(half, "big") for half in (raw[:32], raw[32:])]
            tokens.KEY.public_key().verify(
                encode_dss_signature(*numbers),
                f"{head}.{body}".encode(),
                ec.ECDSA(hashes.SHA256()),
            )
            header, claims = json.loads(decoded(head)), json.loads(decoded(body))
        except (ValueError, InvalidSignature):
            raise TokenInvalid from None
        if header["typ"] != "at+jwt":
            raise TokenInvalid("Expected typ at+jwt.")
        if (claims["iss"], claims["aud"]) != (self.issuer, self.audience):
            raise TokenInvalid("Expected another audience.")
        if claims["exp"] + 30 < time.time():
            raise TokenExpired
        if claims.get("sid") in self.revoked:
            raise TokenRevoked
        return Principal(
            sub=claims["sub"],
            client_id=claims["client_id"],
            jti=claims["jti"],
            issued_at=claims["iat"],
            expires_at=claims["exp"],
            tenant=claims.get("tenant"),
            sid=claims.get("sid"),
            scopes=frozenset(claims["scope"].split()),
            roles=frozenset(claims.get("roles", ())),
            permissions=frozenset(claims.get("permissions", ())),
            acr=claims.get("acr"),
            auth_time=claims.get("auth_time"),
        )

    def warm(self) -> None:
        self.warmed += 1
        if self.keys_down:
            raise KeysUnavailable

    def close(self) -> None:
        self.closed += 1


class AsyncStandIn(StandIn):
    """The same, awaited."""

    async def verify(self, token: str) -> Principal:  # type: ignore[override]
        return super().verify(token)

    async def warm(self) -> None:  # type: ignore[override]
        super().warm()

    async def close(self) -> None:  # type: ignore[override]
        super().close()
