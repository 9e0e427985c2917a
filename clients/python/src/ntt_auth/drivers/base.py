"""What both verifiers share: the options, and what is known."""

import os
import weakref
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from ntt_auth._http import Response, Unreachable
from ntt_auth.errors import KeysUnavailable, RevocationsUnavailable
from ntt_auth.jose.keys import ALGORITHMS
from ntt_auth.verification.core import Core, Status
from ntt_auth.verification.options import MOST_REVOCATIONS, checked
from ntt_auth.verification.steps import Clock

__all__ = ["Base", "LONGEST_SLEEP", "REST", "Status", "VERIFIERS", "nap", "resume"]
VERIFIERS: "weakref.WeakSet[Base]" = weakref.WeakSet()
LONGEST_SLEEP = 60.0
REST = 1.0  # between looks while a test kit plays the issuer


class Base:
    """What both share: the options and what is known."""

    def __init__(
        self,
        issuer: str | None = None,
        audience: str | None = None,
        *,
        algorithms: Sequence[str] = ALGORITHMS,
        revocation: str | None = None,
        max_feed_age: float = 10.0,
        introspect: bool = False,
        jwks: Mapping[str, Any] | None = None,
        http_timeout: float = 5.0,
        max_revocations: int = MOST_REVOCATIONS,
        clock: Clock | None = None,
    ) -> None:
        """Take the issuer's URL and the audience that tokens must be for.

        Args:
            issuer: as in the discovery document; None reads `NTT_AUTH_ISSUER`.
            audience: of this API; None reads `NTT_AUTH_AUDIENCE`.
            algorithms: those that are accepted.
            revocation: "off", "eventual" (the default) or "strict"; None reads
                `NTT_AUTH_REVOCATION`.
            max_feed_age: seconds; with "strict" older revocations refuse.
            introspect: with "strict", ask the server instead of refusing.
            jwks: static keys; then none are fetched.
            http_timeout: seconds for one exchange, with finding its address.
            max_revocations: with more than so many every token is refused.
            clock: for tests.

        Raises `ConfigurationError`, which names the variable.
        """
        self._core = Core(
            checked(
                issuer,
                audience,
                algorithms=algorithms,
                revocation=revocation,
                max_feed_age=max_feed_age,
                introspect=introspect,
                jwks=jwks,
                http_timeout=http_timeout,
                max_revocations=max_revocations,
                clock=clock or Clock(),
            )
        )
        self.issuer = self._core.options.issuer
        self.audience = self._core.options.audience
        VERIFIERS.add(self)

    def status(self) -> Status:
        """Return how old the keys and the revocations are, and what went wrong last."""
        return self._core.status

    def _forget(self) -> None:
        """Be as at the beginning (for test kits)."""
        self._core.forget()

    def _hurry(self) -> None:
        """Let the next unknown `kid` ask for the keys at once (for test kits)."""
        self._core.keys.hurry()

    def _check_warm(self) -> None:
        core = self._core
        if not core.keys.usable:
            raise KeysUnavailable(core.keys.error, retry_after=1)
        if core.strict and core.feed.age > core.options.max_feed_age:
            raise RevocationsUnavailable(core.feed.error, retry_after=1)

    def _after_fork(self) -> None:
        self._core.released()


def resume(
    steps: Generator[Any, Any, Any],
    answer: Response | Unreachable | None,
) -> Any:
    """Give the rules their answer; return what they ask for next."""
    if isinstance(answer, Unreachable):
        return steps.throw(answer)
    return steps.send(answer)


def nap(core: Core) -> float:
    """Return how long the background may sleep; never so short that it spins."""
    return min(max(core.due_in, 0.05), LONGEST_SLEEP)


def _after_fork() -> None:
    for verifier in list(VERIFIERS):
        verifier._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
