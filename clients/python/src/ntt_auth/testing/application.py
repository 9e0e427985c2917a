"""Whose tokens the application under test takes, and whom it asks for its own.

Read from its verifiers and clients, or else from its settings.
"""

import gc
import os
import sys
import time
from typing import Any

from ntt_auth import settings
from ntt_auth.drivers import base
from ntt_auth.errors import ConfigurationError
from ntt_auth.jose.keys import ALGORITHMS
from ntt_auth.rest.options import CLIENTS

Pair = tuple[str, str]  # issuer and audience


def pairs() -> set[Pair]:
    """Return issuer and audience of every verifier, or else of the configuration."""
    found = _of_verifiers()
    if len(found) > 1:
        gc.collect()  # those of earlier tests
        found = _of_verifiers()
    return found or _of_django() or _of_environment()


def issuers() -> set[str]:
    """Return every issuer that the application has to do with."""
    named = {issuer for issuer, _ in pairs()}
    bare = {issuer.rstrip("/") for issuer in named}  # as clients have it
    named |= {one.issuer for one in list(CLIENTS)} - bare
    alone = settings.optional(None, settings.ISSUER)
    return named or ({alone} if alone else set())


def only_issuer() -> str:
    """Return the issuer that there is; raises `ConfigurationError`."""
    return _only({issuer for issuer, _ in pairs()} or issuers(), "issuer")


def only_audience(issuer: str) -> str:
    """Return the audience that there is at an issuer; raises `ConfigurationError`."""
    return _only({to for whose, to in pairs() if whose == issuer}, "audience")


def environment() -> dict[str, str]:
    """Return the variables of a service client that are missing; any id and secret do."""
    named = {issuer for issuer, _ in pairs()} or issuers()
    one = named.pop() if len(named) == 1 else _django().get("ISSUER")
    wanted = {
        settings.ISSUER: one or "https://id.example.com",
        settings.CLIENT_ID: "test-client",
        settings.CLIENT_SECRET: "test-secret",
    }
    return {name: value for name, value in wanted.items() if not os.environ.get(name)}


def algorithm() -> str:
    """Return an algorithm that every verifier takes, ES256 if it is one."""
    accepted = [one._core.options.algorithms for one in list(base.VERIFIERS)]
    common = [name for name in ALGORITHMS if all(name in some for some in accepted)]
    return common[0] if common else ALGORITHMS[0]


def now(issuers: set[str]) -> float:
    """Return the time (Unix seconds) as the verifiers of some issuers have it."""
    for one in list(base.VERIFIERS):
        if one.issuer in issuers:
            return one._core.clock.now()
    return time.time()


def forget() -> None:
    """Let every verifier begin anew."""
    for one in list(base.VERIFIERS):
        one._forget()


def look_for_keys() -> None:
    """Let every verifier ask for the keys at the next unknown `kid`.

    Else it may have to wait for half a minute; a key is published a quarter of an hour
    before it signs.
    """
    for one in list(base.VERIFIERS):
        one._hurry()


def _only(
    found: set[str],
    name: str,
) -> str:
    if len(found) == 1:
        return found.pop()
    if found:
        raise ConfigurationError(
            f"The application has more than one {name}: {', '.join(sorted(found))}.",
            action=f"Say which: {name}=, with Issuer(...) or with a token.",
        )
    raise ConfigurationError(
        f"The application under test has no {name} yet.",
        action=f"Make its verifier first, set NTT_AUTH_{name.upper()}, or pass {name}=.",
    )


def _of_verifiers() -> set[Pair]:
    return {(one.issuer, one.audience) for one in list(base.VERIFIERS)}


def _of_django() -> set[Pair]:
    """REST framework makes its verifier with the first request."""
    given = _django()
    return _complete(given.get("ISSUER"), given.get("AUDIENCE")) if given else set()


def _django() -> dict[str, Any]:
    module = sys.modules.get("django.conf")
    if module is None or not module.settings.configured:
        return {}
    given: dict[str, Any] = getattr(module.settings, "NTT_AUTH", {})
    return given


def _of_environment() -> set[Pair]:
    return _complete(None, None)


def _complete(
    issuer: str | None,
    audience: str | None,
) -> set[Pair]:
    whose = settings.optional(issuer, settings.ISSUER)
    to = settings.optional(audience, settings.AUDIENCE)
    return {(whose, to)} if whose and to else set()
