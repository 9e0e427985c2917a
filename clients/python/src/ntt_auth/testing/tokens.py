"""Minting: access tokens with exactly the claims that the server's have, and wrong ones.

docs/integrating.md section 2, RFC 9068 section 2.2.
"""

import uuid
from collections.abc import Iterable, Mapping
from math import inf
from os import urandom
from typing import TYPE_CHECKING, Any, TypedDict

from ntt_auth.jose.encoding import encode
from ntt_auth.testing.feed import identities

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ntt_auth.testing.issuer import Issuer

LIVES_SECONDS = 300
_STRONG = ("pwd", "otp", "mfa")


class Given(TypedDict, total=False):
    """What a test may say of a token; all else is as a sign-in a moment ago has it.

    `auth_time` is in Unix seconds, `expires_in` in seconds from now. `acr="aal2"` alone
    stands for a password and a code. `claims` replaces claims; one that is None is left
    out. With `after_revocation` it is the token of a new sign-in, after what was revoked.
    """

    scopes: Iterable[str]
    roles: Iterable[str]
    permissions: Iterable[str]
    sub: str
    tenant: str
    client_id: str
    audience: str
    sid: str
    acr: str
    amr: Iterable[str]
    auth_time: int
    expires_in: int
    after_revocation: bool
    claims: Mapping[str, Any]


class Token(str):
    """A token, with what it says."""

    claims: dict[str, Any]
    kid: str

    @property
    def headers(self) -> dict[str, str]:
        """The header that a client sends it in (RFC 6750 section 2.1)."""
        return {"Authorization": f"Bearer {self}"}


class Tokens:
    """Mints for one issuer. `sub`, `tenant` and `client_id` stand where none are given."""

    sub = "01990000-0000-7000-8000-0000000000ad"
    tenant = "01990000-0000-7000-8000-000000000510"
    client_id = "app_testing"

    def __init__(self, issuer: "Issuer") -> None:
        self.issuer = issuer

    def headers(self, **given: "Unpack[Given]") -> dict[str, str]:
        """Return the headers of a request with a good token of a person."""
        return self.mint(**given).headers

    def mint(self, **given: "Unpack[Given]") -> Token:
        """Return a good token of a person who signed in."""
        return self._signed(self._person(given), given)

    def service(self, **given: "Unpack[Given]") -> Token:
        """Return a good token of an application itself (RFC 6749 section 4.4).

        It speaks for no person: there is no `sid`, no role and no `auth_time`.
        """
        return self._signed(self._common(given), given)

    def expired(self, **given: "Unpack[Given]") -> Token:
        """Return a token that ended an hour ago."""
        return self._signed(self._person(given), given, later=-3600 - LIVES_SECONDS)

    def wrong_audience(self, **given: "Unpack[Given]") -> Token:
        """Return a token that is good at another API of the same issuer."""
        given.setdefault("audience", "https://another-api.example")
        return self.mint(**given)

    def wrong_issuer(self, **given: "Unpack[Given]") -> Token:
        """Return a token that names another issuer; the key is the right one."""
        return self.mint(**_with(given, iss="https://another-issuer.example"))

    def id_token(self, **given: "Unpack[Given]") -> Token:
        """Return a token in which only the type is wrong: that of an ID token."""
        return self._signed(self._person(given), given, typ="JWT")

    def forged(self, **given: "Unpack[Given]") -> Token:
        """Return a token that somebody else signed, under the name of the issuer's key."""
        claims = self._person(given)
        key, false = self.issuer.signer, self.issuer.new_key()
        false.jwk["kid"] = key.kid
        return _token(false.token(claims, typ="at+jwt"), claims, key.kid)

    def revoked(
        self,
        by: str = "session",
        **given: "Unpack[Given]",
    ) -> Token:
        """Return a token that was good, and was then revoked.

        By its "session", "token", "user", "membership", "application", "tenant" or "key".
        """
        token = self.mint(**given)
        names = identities(token.claims, token.kid)
        if by not in names:
            raise ValueError(f"expected one of {', '.join(names)}, got {by!r}")
        self.issuer.refuse(by, names[by])
        return token

    def _common(self, given: Given) -> dict[str, Any]:
        """Return what tokens of persons and of applications share."""
        url = self.issuer.url
        client_id = given.get("client_id", self.client_id)
        return {
            "iss": url,
            "sub": given.get("sub", client_id),
            "aud": given.get("audience") or self.issuer.audience,
            "exp": given.get("expires_in", LIVES_SECONDS),  # from `iat`, see `_dated`
            "iat": int(self.issuer.now()),
            "jti": encode(urandom(16)),
            "client_id": client_id,
            "scope": " ".join(given.get("scopes", ())),
            "tenant": given.get("tenant", self.tenant),
        }

    def _person(self, given: Given) -> dict[str, Any]:
        strong = given.get("acr", "aal1") != "aal1"
        amr = list(given.get("amr", _STRONG if strong else _STRONG[:1]))
        claims = self._common(given)
        return claims | {
            "sub": given.get("sub", self.sub),
            "sid": given.get("sid", str(uuid.uuid4())),
            "roles": list(given.get("roles", ())),
            "permissions": list(given.get("permissions", ())),
            "auth_time": given.get("auth_time"),
            "amr": amr,
            "acr": given.get("acr", "aal2" if "mfa" in amr else "aal1"),
        }

    def _signed(
        self,
        claims: dict[str, Any],
        given: Given,
        *,
        typ: str = "at+jwt",
        later: int = 0,
    ) -> Token:
        key = self.issuer.signer
        limit = self.issuer.feed.limit(claims, key.kid)
        issued = claims["iat"] + later
        if 0 <= limit < inf:
            # Whoever was revoked stays so, however slow the test is.
            again = given.get("after_revocation", False)
            issued = int(limit) + 1 if again else min(issued, int(limit))
        self.issuer.feed.latest = max(self.issuer.feed.latest, issued)
        claims = claims | {"iat": issued, "exp": issued + claims["exp"]}
        if claims.get("auth_time", 0) is None:
            claims["auth_time"] = issued
        claims |= given.get("claims", {})
        kept = {name: value for name, value in claims.items() if value is not None}
        return _token(key.token(kept, typ=typ), kept, key.kid)


def _with(
    given: Given,
    **claims: Any,
) -> Given:
    return {**given, "claims": {**given.get("claims", {}), **claims}}


def _token(
    text: str,
    claims: dict[str, Any],
    kid: str,
) -> Token:
    token = Token(text)
    token.claims, token.kid = claims, kid
    return token
