"""A client that proves itself by its private key: `private_key_jwt`.

RFC 7523 section 3, OpenID Connect Core 1.0 section 9. The key decides what it may verify;
an assertion is for us alone, short-lived, and good once. Every failure is told alike.
"""

import math
import time
from collections.abc import Callable
from typing import Any, NoReturn

import jwt
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523.client import JWTBearerClientAssertion
from django.conf import settings
from typing_extensions import override

from accounts.flows import pending
from tokens.jose.compact import read_object, take_apart
from tokens.oidc import client_keys
from tokens.oidc.client_keys import ALGORITHMS, PublicKey

METHOD = "private_key_jwt"
REFUSAL = "The client is not authenticated."
MOST_CHARACTERS = 8192
AHEAD_SECONDS = 3600  # as long as the assertions of common clients live
SKEW_SECONDS = 30
_LONGEST_ID = 64
_LONGEST_NAME = 255
_MOST_AUDIENCES = 5
_TYPES = ("", "jwt", "client-authentication+jwt")


class ClientAssertion(JWTBearerClientAssertion):
    """The proof of one request: make a new one for each.

    Called with `query_client(client_id)` and the request; returns the client, None where
    the request carries no assertion, or raises `InvalidClientError`. It may ask the client's
    `jwks_uri`, and remembers the `jti`: never call it inside a transaction.
    """

    CLIENT_AUTH_METHOD = METHOD

    def __init__(self) -> None:
        super().__init__(validate_jti=True, leeway=SKEW_SECONDS)
        self._named: Any = None
        self._called = ""
        self._kid = ""
        self._algorithm = ""
        self._claims: dict[str, Any] = {}

    @override
    def __call__(
        self,
        query_client: Callable[[str], Any],
        request: Any,
    ) -> Any:
        """Return the client that signed the assertion of a request."""
        self._named = request.form.get("client_id")
        self._called = request.uri.partition("?")[0]
        try:
            return super().__call__(query_client, request)
        except InvalidClientError:
            request.client = None  # Authlib names it before it has proven anything
            _refuse()

    @override
    def extract_assertion(
        self,
        assertion: Any,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and claims, nothing of them proven yet."""
        if not isinstance(assertion, str) or len(assertion) > MOST_CHARACTERS:
            _refuse()
        try:
            parts = take_apart(assertion)
            header, claims = parts.header, read_object(parts.payload)
        except ValueError:
            _refuse()
        self._read_header(header)
        subject = claims.get("sub")
        if not _is_client_id(subject) or claims.get("iss") != subject:
            _refuse()
        if self._named not in (None, subject):
            _refuse()
        self._claims = claims
        return header, claims

    def _read_header(self, header: dict[str, Any]) -> None:
        algorithm, kid = header.get("alg"), header.get("kid", "")
        typ = header.get("typ", "")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            _refuse()
        if not isinstance(typ, str) or typ.lower() not in _TYPES:
            _refuse()
        if not isinstance(kid, str) or len(kid) > _LONGEST_NAME or "crit" in header:
            _refuse()
        self._algorithm, self._kid = algorithm, kid

    @override
    def resolve_client_public_key(self, client: Any) -> list[PublicKey]:
        """Return the keys of a client, unless it is registered for another way."""
        if not client.check_endpoint_auth_method(METHOD, "token"):
            _refuse()
        return client_keys.candidates(
            client.application, kid=self._kid, algorithm=self._algorithm
        )

    @override
    def process_assertion_claims(
        self,
        assertion: str,
        resolve_key: list[PublicKey],
    ) -> dict[str, Any]:
        """Return the claims, once a key of the client has signed them and they stand."""
        signed = any(self._signed_by(key, assertion) for key in resolve_key)
        if not signed:
            _refuse()
        self.verify_claims(self._claims)
        return self._claims

    def _signed_by(
        self,
        key: PublicKey,
        assertion: str,
    ) -> bool:
        try:
            jwt.PyJWS().decode(assertion, key.key, algorithms=[self._algorithm])
        except Exception:  # whatever a library says of a broken signature
            return False
        return True

    @override
    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Check whom it is for, when it ends, and that it is new; refuses."""
        now = time.time()
        ends = _seconds(claims.get("exp"))
        if not now - SKEW_SECONDS < ends <= now + AHEAD_SECONDS + SKEW_SECONDS:
            _refuse()
        for name in ("iat", "nbf"):
            if name in claims and not _seconds(claims[name]) <= now + SKEW_SECONDS:
                _refuse()
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        ours = self.get_audiences()
        if not 0 < len(named) <= _MOST_AUDIENCES or any(n not in ours for n in named):
            _refuse()
        unique = claims.get("jti")
        if not isinstance(unique, str) or not 0 < len(unique) <= _LONGEST_NAME:
            _refuse()
        if not self.validate_jti(claims, unique):
            _refuse()

    @override
    def get_audiences(self) -> list[str]:
        """Return what we are called: the issuer, the token endpoint, the one called.

        An assertion for others too is refused: they could use it here.
        """
        return [settings.ISSUER, f"{settings.ISSUER}/oauth/token", self._called]

    @override
    def validate_jti(
        self,
        claims: dict[str, Any],
        jti: str,
    ) -> bool:
        """Use a `jti` up; False where it was. It is remembered for longer than it lives."""
        return pending.spend(METHOD, claims["sub"], jti) is not None


def _refuse() -> NoReturn:
    raise InvalidClientError(description=REFUSAL)


def _is_client_id(value: Any) -> bool:
    plain = isinstance(value, str) and value.isascii() and value.isprintable()
    return plain and 0 < len(value) <= _LONGEST_ID


def _seconds(value: Any) -> float:
    """Return a NumericDate (RFC 7519 section 2); NaN, which is within no bounds, for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value)
