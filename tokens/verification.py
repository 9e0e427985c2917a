"""Is this access token good, now? The check that our own API and `/tokens/verify` make.

A signature is checked once a token: verified ones are kept, bounded by count and `exp`,
under the digest of their text. Revocation is checked every time.
"""

import hashlib
import threading
from collections import OrderedDict

from tokens import feed, keyring
from tokens.errors import TokenExpired, TokenInvalid, TokenRevoked
from tokens.jose.claims import is_over
from tokens.jwts import AccessToken
from tokens.principals import Principal
from tokens.revocations import snapshot, subjects_of

CACHE_SIZE = 10_000
_cache: OrderedDict[bytes, Principal] = OrderedDict()
_lock = threading.Lock()
_version: tuple[str, int] | None = None


def forget() -> None:
    """Empty the cache (a key may have been revoked)."""
    with _lock:
        _cache.clear()


def _genuine(
    token: str,
    state: feed.State,
) -> Principal:
    global _version
    if _version != (state.feed_id, state.keys_version):
        forget()
        _version = (state.feed_id, state.keys_version)
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    known = _cache.get(digest)
    if known is not None:
        return known
    claims, kid = AccessToken.read(token, ring=keyring.at(state), expired=True)
    principal = Principal(claims, kid, subjects_of(claims, kid))
    if is_over(claims):
        return principal
    with _lock:
        _cache[digest] = principal
        while len(_cache) > CACHE_SIZE:
            _cache.popitem(last=False)
    return principal


def verify(
    token: str,
    *,
    audience: str | None,
) -> Principal:
    """Return whom a genuine, unexpired, unrevoked access token speaks for; one query.

    `audience` None accepts any of ours (sign-out). Raises `TokenInvalid`,
    `TokenExpired` or `TokenRevoked`.
    """
    state = feed.read()
    principal = _genuine(token, state)
    if audience is not None and principal.claims["aud"] != audience:
        raise TokenInvalid("The token is for another audience.")
    if is_over(principal.claims):
        raise TokenExpired
    snapshot.follow(state)
    issued_at = principal.claims["iat"]
    if snapshot.refusal(principal.subjects, issued_at) is not None:
        raise TokenRevoked
    return principal
