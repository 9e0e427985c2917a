"""What a sign-in or a refresh gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Tokens:
    """The answer of the token endpoint. Times are Unix seconds.

    `claims` are those of the ID token, verified; empty after a refresh without one.
    """

    access_token: str = field(repr=False)
    expires_at: float
    scope: str = ""
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
