"""Who a verified access token speaks for."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from tokens.models import Login
from tokens.revocations import Subject


@dataclass(frozen=True)
class Principal:
    """A genuine access token, taken apart. `subjects` is what may revoke it."""

    claims: dict[str, Any]
    kid: str
    subjects: list[Subject] = field(repr=False)

    @cached_property
    def scope(self) -> frozenset[str]:
        """The scopes it holds, between single spaces (RFC 6749 section 3.3)."""
        return frozenset(str(self.claims.get("scope", "")).split(" ")) - {""}

    @property
    def client_id(self) -> str:
        """The application it was made for."""
        return str(self.claims["client_id"])

    @cached_property
    def sid(self) -> UUID | None:
        """Its session; None for a token of an application itself."""
        return UUID(self.claims["sid"]) if "sid" in self.claims else None

    @cached_property
    def user_id(self) -> UUID | None:
        """The person; None for a token of an application itself."""
        return UUID(self.claims["sub"]) if self.sid else None

    def bound_to(self) -> UUID | None:
        """Return the tenant whose own connection vouched for the person, if one did.

        Read anew: a proof of their own since makes an end of that.
        """
        if self.sid is None or "fed" not in self.claims.get("amr", ()):
            return None
        logins = Login.objects.filter(sessions__sid=self.sid)
        return logins.values_list("bound_to", flat=True).first()

    def amr_now(self) -> list[str]:
        """Return what its login has proven by now: a factor may have been added since."""
        if self.sid is None:
            return []
        logins = Login.objects.filter(sessions__sid=self.sid)
        shown: list[str] | None = logins.values_list("amr", flat=True).first()
        return shown or []
