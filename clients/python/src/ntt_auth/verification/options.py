"""What a verifier can be told, checked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ntt_auth import settings
from ntt_auth.errors import ConfigurationError
from ntt_auth.jose.keys import ALGORITHMS
from ntt_auth.verification.steps import Clock

POLICIES = ("off", "eventual", "strict")
MOST_REVOCATIONS = 2_000_000


@dataclass(frozen=True)
class Options:
    """How to verify; times in seconds."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...] = ALGORITHMS
    revocation: str = "eventual"
    max_feed_age: float = 10.0
    introspect: bool = False
    jwks: Mapping[str, Any] | None = None
    http_timeout: float = 5.0
    max_revocations: int = MOST_REVOCATIONS
    clock: Clock = field(default_factory=Clock)


def checked(
    issuer: str | None,
    audience: str | None,
    *,
    algorithms: Sequence[str] = ALGORITHMS,
    revocation: str | None = None,
    **others: Any,
) -> Options:
    """Return the options, the environment filled in; raises `ConfigurationError`."""
    policy = settings.optional(revocation, settings.REVOCATION) or "eventual"
    if policy not in POLICIES:
        raise ConfigurationError(
            f"revocation must be one of {', '.join(POLICIES)}, got {policy!r}.",
            action=f"Look at revocation= and {settings.REVOCATION}.",
        )
    wrong = [name for name in algorithms if name not in ALGORITHMS]
    if isinstance(algorithms, str) or wrong or not algorithms:
        raise ConfigurationError(
            f"algorithms must be some of {', '.join(ALGORITHMS)}, got {algorithms!r}."
        )
    found = Options(
        issuer=settings.issuer_url(issuer),
        audience=settings.required(audience, settings.AUDIENCE),
        algorithms=tuple(algorithms),
        revocation=policy,
        **others,
    )
    if not (found.max_feed_age > 0 and found.http_timeout > 0):
        raise ConfigurationError("max_feed_age and http_timeout must be above 0.")
    if found.introspect and policy != "strict":
        raise ConfigurationError('introspect=True needs revocation="strict".')
    return found
