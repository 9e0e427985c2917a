"""Our JWTs: simplejwt's token classes over our own backend.

The backend never lets a token choose: the key comes from our ring by `kid`, the
algorithm from that key, the `typ` from the class (RFC 8725 sections 3.1, 3.10, 3.11).
`jwk`, `jku`, `x5u` and `x5c` are not looked at.
"""

from datetime import timedelta
from typing import Any

import jwt
from jwt.algorithms import get_default_algorithms
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    TokenBackendError,
    TokenBackendExpiredToken,
)
from rest_framework_simplejwt.tokens import Token
from typing_extensions import override

from tokens import keyring
from tokens.errors import TokenExpired, TokenInvalid
from tokens.jose.claims import check, is_over
from tokens.jose.compact import read_object, take_apart

_CHECKS = get_default_algorithms()


class KeyRingBackend(TokenBackend):
    """Signs and verifies with the ring, in simplejwt's backend interface."""

    def __init__(
        self,
        typ: str,
        required: tuple[str, ...],
    ) -> None:
        super().__init__("ES256")
        self.typ = typ
        self.required = list(required)

    @override
    def encode(
        self,
        payload: dict[str, Any],
        *,
        algorithm: str = "ES256",
        ring: keyring.KeyRing | None = None,
    ) -> str:
        """Return `payload` signed by the active key of `algorithm`."""
        key = (ring or keyring.current()).signer(algorithm)
        headers = {"typ": self.typ, "kid": key.kid}
        return jwt.encode(payload, key.private, algorithm=algorithm, headers=headers)

    @override
    def decode(
        self,
        token: Any,
        verify: bool = True,
    ) -> dict[str, Any]:
        """Return the claims of a genuine token; simplejwt calls this.

        Raises `TokenBackendExpiredToken` or `TokenBackendError`.
        """
        if not verify:
            raise TokenBackendError("our tokens are never read unverified")
        return self.verified(token, ring=keyring.current())[0]

    def verified(
        self,
        token: Any,
        *,
        ring: keyring.KeyRing,
        expired: bool = False,
    ) -> tuple[dict[str, Any], str]:
        """Return the claims and the `kid` of a genuine token of this type.

        One whose time is over counts only where `expired` is true.
        """
        try:
            parts = take_apart(token)
            key = self._key(parts.header, ring)
            signs = _CHECKS[key.algorithm]
            if not signs.verify(parts.signed, key.public, parts.signature):
                raise ValueError("not signed by us")
            claims = read_object(parts.payload)
            check(claims, self.required)
        except ValueError as error:
            raise TokenBackendError("not a token of ours") from error
        if not expired and is_over(claims):
            raise TokenBackendExpiredToken("expired")
        return claims, key.kid

    def _key(
        self,
        header: dict[str, Any],
        ring: keyring.KeyRing,
    ) -> keyring.Key:
        """Return the key that the header names; raises `ValueError`."""
        kid = header.get("kid")
        key = ring.verifying.get(kid) if isinstance(kid, str) else None
        if key is None or header.get("alg") != key.algorithm:
            raise ValueError("no key of ours")
        if header.get("typ") != self.typ or "crit" in header or "b64" in header:
            raise ValueError("another kind of token")
        return key


class SignedToken(Token):
    """A token whose type is its `typ` header; the claims are all ours to give."""

    lifetime = timedelta(0)
    backend: KeyRingBackend

    @override
    def get_token_backend(self) -> KeyRingBackend:
        return self.backend

    @override
    def verify(self) -> None:
        """Nothing beyond the backend: it requires every claim and checks `exp`."""

    @classmethod
    def carrying(cls, claims: dict[str, Any]) -> "SignedToken":
        """Return a new token with exactly these claims."""
        token = cls.__new__(cls)
        token.token, token.payload = None, claims
        return token

    def signed(
        self,
        *,
        algorithm: str,
        ring: keyring.KeyRing,
    ) -> str:
        """Return the compact form. Only `minting` and `oidc.statements` may call this."""
        return self.backend.encode(self.payload, algorithm=algorithm, ring=ring)

    @classmethod
    def read(
        cls,
        token: Any,
        *,
        ring: keyring.KeyRing,
        expired: bool = False,
    ) -> tuple[dict[str, Any], str]:
        """Return the claims and `kid` of a genuine token, as `verified` does.

        Raises `TokenExpired` or `TokenInvalid`. Says nothing of revocation.
        """
        try:
            return cls.backend.verified(token, ring=ring, expired=expired)
        except TokenBackendExpiredToken:
            raise TokenExpired from None
        except TokenBackendError:
            raise TokenInvalid from None


class AccessToken(SignedToken):
    """RFC 9068, plus `sid`, `tenant`, `roles`, `permissions`."""

    token_type = "access"
    backend = KeyRingBackend(
        "at+jwt", ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
    )


class RefreshToken(SignedToken):
    """Ours alone: read by no other service. `gen` is its generation."""

    token_type = "refresh"
    backend = KeyRingBackend(
        "rt+jwt", ("iss", "sub", "exp", "iat", "jti", "sid", "gen", "client_id", "door")
    )


class IdToken(SignedToken):
    """What a client learns of who signed in (OpenID Connect Core section 2)."""

    token_type = "id"
    backend = KeyRingBackend("JWT", ("iss", "sub", "aud", "exp", "iat"))

    @classmethod
    def hinted(
        cls,
        token: Any,
        *,
        ring: keyring.KeyRing,
    ) -> dict[str, Any]:
        """Return the claims of an `id_token_hint`, which may have expired.

        Raises `TokenInvalid`.
        """
        try:
            return cls.backend.verified(token, ring=ring, expired=True)[0]
        except TokenBackendError:
            raise TokenInvalid from None


class LogoutToken(SignedToken):
    """OpenID Connect Back-Channel Logout 1.0 section 2.4; never with a `nonce`."""

    token_type = "logout"
    backend = KeyRingBackend(
        "logout+jwt", ("iss", "sub", "aud", "exp", "iat", "jti", "sid", "events")
    )
