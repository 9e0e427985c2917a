"""Where an access token stands in a request (RFC 6750 section 2.1: the header alone)."""

import re

from ntt_auth.errors import TokenInvalid, TokenMissing

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")


def token_of(header: str | None) -> str:
    """Return the token of an `Authorization` header.

    Raises `TokenMissing` where there is no header or another scheme, and `TokenInvalid`
    where what follows `Bearer` is no token.
    """
    if header is None or not header.strip():
        raise TokenMissing
    if header.strip().split(None, 1)[0].lower() != "bearer":
        raise TokenMissing("Expected the scheme Bearer in the Authorization header.")
    found = _BEARER.fullmatch(header.strip())
    if found is None:
        raise TokenInvalid(
            "Expected 'Bearer' and one token in the Authorization header."
        )
    return found[1]
