"""Is this access token good, now? The rules in their order, without I/O.

Signature and claims are checked once a token, revocation every time.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from ntt_auth._http import Request, Unreachable
from ntt_auth.errors import (
    KeysUnavailable,
    RevocationsUnavailable,
    TokenInvalid,
    TokenRevoked,
)
from ntt_auth.jose.compact import MOST_CHARACTERS, Compact, Header, take_apart
from ntt_auth.jose.encoding import read_object
from ntt_auth.jose.keys import Key
from ntt_auth.principals import Principal
from ntt_auth.verification import rehearsal
from ntt_auth.verification.cache import Cache, Entry, Stamp
from ntt_auth.verification.claims import principal_of, refuse_expired
from ntt_auth.verification.feed import Feed
from ntt_auth.verification.keys import Keys
from ntt_auth.verification.options import Options
from ntt_auth.verification.pages import subjects_of
from ntt_auth.verification.steps import Need, Steps, Turn, answered

INTROSPECTION = "/api/v1/tokens/verify"


@dataclass(frozen=True)
class Status:
    """How a verifier stands. Ages in seconds, infinite before the first answer."""

    issuer: str
    audience: str
    revocation: str
    keys: int
    keys_age: float
    feed_age: float
    revocations: int
    cached: int
    last_error: str


class Core:
    """Everything that one verifier knows. Its steps say what must be sent."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = options.clock
        self.keys = Keys(
            options.issuer,
            algorithms=options.algorithms,
            clock=options.clock,
            timeout=options.http_timeout,
            static=options.jwks,
        )
        self.feed = Feed(
            options.issuer,
            clock=options.clock,
            timeout=options.http_timeout,
            most=options.max_revocations,
        )
        self.cache = Cache()
        self.follows = options.revocation != "off"
        self.strict = options.revocation == "strict"

    @property
    def status(self) -> Status:
        """How it stands now."""
        return Status(
            issuer=self.options.issuer,
            audience=self.options.audience,
            revocation=self.options.revocation,
            keys=len(self.keys),
            keys_age=self.keys.age,
            feed_age=self.feed.age,
            revocations=len(self.feed),
            cached=len(self.cache),
            last_error=self.keys.error or self.feed.error,
        )

    def at_once(self, token: str) -> Principal | None:
        """Return whom a token speaks for, or None where something must be sent first.

        Raises as `steps` does. Nearly every token is done with here.
        """
        if self.needs() is not None or self._unsure():
            return None
        digest = _digest(token)
        entry = self._found(digest)
        if entry is None:
            parts = take_apart(token)
            key = self.keys.get(parts.header.kid)
            if key is None:
                return None
            entry = self._genuine(parts, key)
            self.cache.put(digest, entry)
        return entry.principal

    def steps(self, token: str) -> Steps[Principal]:
        """Return whom a genuine, unexpired, unrevoked access token speaks for.

        Raises `TokenInvalid`, `TokenExpired`, `TokenRevoked`, `KeysUnavailable` or
        `RevocationsUnavailable`.
        """
        digest = _digest(token)
        need = self.needs()
        if need is not None:
            yield need
            if need is Need.KEYS and self.needs() is Need.FEED:
                yield Need.FEED
        entry = self._found(digest)
        if entry is None:
            parts = take_apart(token)
            key = yield from self._key(parts.header)
            entry = self._genuine(parts, key)
            self.cache.put(digest, entry)
        if self._unsure():
            yield from self._ask(token)
        return entry.principal

    def needs(self) -> Need | None:
        """Return what should be read before anything is verified."""
        if not self.keys.usable and self.keys.may_ask:
            return Need.KEYS
        if self.follows and (
            not self.feed.tried or self.feed.overdue or rehearsal.is_on()
        ):
            return Need.FEED
        return None

    def _unsure(self) -> bool:
        """Tell whether the revocations in hand are not enough to go by."""
        if not self.follows:
            return False
        feed = self.feed
        return feed.overflowed or (self.strict and feed.age > self.options.max_feed_age)

    def _found(self, digest: bytes) -> Entry | None:
        entry = self.cache.get(digest)
        if entry is None:
            return None
        stamp = (self.keys.revision, self.feed.revision)
        try:
            refuse_expired(entry.principal.expires_at, self.clock.now())
            if entry.stamp != stamp or not self.keys.usable:
                self._hold(entry, stamp)
        except TokenInvalid:
            self.cache.drop(digest)
            raise
        return entry

    def _hold(
        self,
        entry: Entry,
        stamp: Stamp,
    ) -> None:
        """Hold a genuine token against the keys and revocations as they are now."""
        if not self.keys.usable:
            raise KeysUnavailable(retry_after=1)
        key = self.keys.get(entry.key.kid)
        if key is None or key.public != entry.key.public:
            raise TokenInvalid("The key of the token was withdrawn.")
        self._refuse_revoked(entry)
        entry.stamp = stamp

    def _refuse_revoked(self, entry: Entry) -> None:
        if not self.follows or not len(self.feed):
            return
        principal = entry.principal
        if not entry.subjects:
            entry.subjects = subjects_of(principal.claims, entry.key.kid)
        if self.feed.refuses(entry.subjects, principal.issued_at):
            raise TokenRevoked

    def _genuine(
        self,
        parts: Compact,
        key: Key,
    ) -> Entry:
        """Return a token that is the issuer's, for us, good and not revoked."""
        if parts.header.algorithm != key.algorithm:
            raise TokenInvalid(f"Expected alg {key.algorithm}, as the key says.")
        if not key.verifies(parts.signature, parts.signed):
            raise TokenInvalid("The signature is not the issuer's.")
        try:
            claims = read_object(parts.payload)
        except ValueError:
            raise TokenInvalid("Expected a JSON object without repetitions.") from None
        stamp = (self.keys.revision, self.feed.revision)
        principal = principal_of(
            claims,
            issuer=self.options.issuer,
            audience=self.options.audience,
            now=self.clock.now(),
        )
        entry = Entry(principal, key, stamp)
        self._refuse_revoked(entry)
        return entry

    def _key(self, header: Header) -> Steps[Key]:
        key = self.keys.get(header.kid)
        if key is None and self.keys.may_ask:
            yield Need.KEYS
            key = self.keys.get(header.kid)
        if key is None:
            if not self.keys.usable:
                raise KeysUnavailable(retry_after=1)
            # Not 503 while the keys are old because the server is down: whoever makes up
            # a `kid` would have it. Keys are published 15 minutes before they sign.
            raise TokenInvalid("The key of the token is none of the issuer's.")
        return key

    def _ask(self, token: str) -> Steps[None]:
        """Let the server say whether the token is revoked, or refuse."""
        if not self.options.introspect:
            raise RevocationsUnavailable(retry_after=1)
        asked = {"token": token, "audience": self.options.audience}
        try:
            response = answered(
                (
                    yield Request(
                        "POST",
                        self.options.issuer.rstrip("/") + INTROSPECTION,
                        {"Content-Type": "application/json"},
                        json.dumps(asked).encode(),
                        timeout=self.options.http_timeout,
                    )
                )
            )
            active = read_object(response.body).get("active")
        except (Unreachable, ValueError):
            raise RevocationsUnavailable(retry_after=1) from None
        if response.status != 200 or not isinstance(active, bool):
            raise RevocationsUnavailable(retry_after=1)
        if not active:
            raise TokenRevoked

    @property
    def due_in(self) -> float:
        """Seconds until the background has something to do."""
        keys = self.keys.due_in
        return min(keys, self.feed.due_in) if self.follows else keys

    def turn(self, need: Need) -> Turn:
        """Return the work that a need asks for."""
        if need is Need.KEYS:
            return self.keys.turn()
        if rehearsal.is_on():
            self.feed.hurry()
        return self.feed.turn(within=self.options.http_timeout)

    def forget(self) -> None:
        """Be as at the beginning (for test kits, between tests)."""
        self.keys.forget()
        self.feed.forget()
        self.cache.forget()

    def released(self) -> None:
        """After a fork: nothing of the parent's work goes on here."""
        self.keys.released()
        self.feed.released()
        self.cache.released()


def _digest(token: str) -> bytes:
    if not isinstance(token, str) or len(token) > MOST_CHARACTERS:
        raise TokenInvalid("Expected an access token of at most 11 kB.")
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
