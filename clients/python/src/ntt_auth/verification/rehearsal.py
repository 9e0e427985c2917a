"""While a test kit plays the issuer, nothing is done in the background or remembered.

Every token is then held against the feed as it is at that moment, so that a test sees a
revocation at once and never sleeps; keys that an application was given (`jwks`) are read
from the issuer as well. Only `ntt_auth.testing` begins a rehearsal.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class _Rehearsals:
    """How many there are; they may stand in one another."""

    count = 0


def is_on() -> bool:
    """Tell whether a test kit plays the issuer."""
    return _Rehearsals.count > 0


@contextmanager
def begun() -> Iterator[None]:
    """Be in a rehearsal for as long as this lasts, in all threads."""
    _Rehearsals.count += 1
    try:
        yield
    finally:
        _Rehearsals.count -= 1
