"""A signed token taken apart (RFC 7515 section 7.1), before anything of it is believed."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ntt_auth.errors import TokenInvalid
from ntt_auth.jose.encoding import decode, read_object

_HEADER, _PAYLOAD, _SIGNATURE = 2048, 8192, 1024  # the server's own bounds
MOST_CHARACTERS = _HEADER + _PAYLOAD + _SIGNATURE + 2
TYPE = "at+jwt"  # RFC 9068 section 2.1: an ID token is none


@dataclass(frozen=True)
class Header:
    """What a token says of its key. `jwk`, `jku`, `x5u` and `x5c` are not looked at."""

    kid: str
    algorithm: str


class Compact(NamedTuple):
    """The parts of a token; `signed` is what the signature is over."""

    header: Header
    payload: bytes
    signed: bytes
    signature: bytes


def take_apart(token: str) -> Compact:
    """Return the parts of a compact JWS of type `at+jwt`; raises `TokenInvalid`."""
    parts = token.split(".", 3)
    if len(parts) != 3 or not all(parts):
        raise TokenInvalid("Expected three parts of base64url.")
    first, second, third = parts
    if len(first) > _HEADER or len(second) > _PAYLOAD or len(third) > _SIGNATURE:
        raise TokenInvalid("Expected an access token of at most 11 kB.")
    try:
        header = read_header(first)
        payload, signature = decode(second), decode(third)
    except ValueError:
        raise TokenInvalid("Expected canonical base64url and a JSON header.") from None
    return Compact(header, payload, f"{first}.{second}".encode(), signature)


@lru_cache(maxsize=128)  # all tokens of a key have the same
def read_header(text: str) -> Header:
    """Return the header of its base64url; raises `TokenInvalid` or `ValueError`."""
    members = read_object(decode(text))
    if members.get("typ") != TYPE:
        raise TokenInvalid(f"Expected a token of typ {TYPE}.")
    if "crit" in members or "b64" in members:  # RFC 7515 4.1.11, RFC 7797
        raise TokenInvalid("Expected no critical header.")
    kid, algorithm = members.get("kid"), members.get("alg")
    if not isinstance(kid, str) or not isinstance(algorithm, str) or not kid:
        raise TokenInvalid("Expected kid and alg in the header.")
    return Header(kid, algorithm)
