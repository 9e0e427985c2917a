"""What a route asks of whoever calls it, the same for every framework."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from ntt_auth.errors import (
    ConfigurationError,
    InsufficientAuthentication,
    InsufficientScope,
    MissingPermission,
    MissingRole,
)
from ntt_auth.principals import Principal

_LEVELS = {"aal1": 1, "aal2": 2, "aal3": 3}
LEEWAY_SECONDS = 30


@dataclass(frozen=True)
class Requirement:
    """All of these must hold. `acr` is the least level, `max_age` is in seconds.

    Make it by `Requirement.of`, which refuses a lone string where a list is meant.
    """

    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    acr: str | None = None
    max_age: int | None = None

    @classmethod
    def of(
        cls,
        *,
        scopes: Iterable[str] = (),
        roles: Iterable[str] = (),
        permissions: Iterable[str] = (),
        acr: str | None = None,
        max_age: int | None = None,
    ) -> "Requirement":
        """Return a requirement. Raises `ConfigurationError`."""
        named = {"scopes": scopes, "roles": roles, "permissions": permissions}
        for name, value in named.items():
            if isinstance(value, str):
                raise ConfigurationError(
                    f"{name} must be a list of strings, got the string {value!r}.",
                    action=f"Write {name}=[{value!r}].",
                )
        if max_age is not None and max_age < 0:
            raise ConfigurationError("max_age must not be negative.")
        return cls(tuple(scopes), tuple(roles), tuple(permissions), acr, max_age)

    def check(
        self,
        principal: Principal,
        *,
        now: float | None = None,
    ) -> None:
        """Return if the principal meets this, or raise the `Refused` that says what lacks."""
        lacking = tuple(name for name in self.scopes if name not in principal.scopes)
        if lacking:
            raise InsufficientScope(
                f"Needs {_names('scope', lacking)}.", missing=self.scopes
            )
        lacking = tuple(name for name in self.roles if name not in principal.roles)
        if lacking:
            raise MissingRole(f"Needs {_names('role', lacking)}.", missing=lacking)
        lacking = tuple(
            name for name in self.permissions if name not in principal.permissions
        )
        if lacking:
            raise MissingPermission(
                f"Needs {_names('permission', lacking)}.", missing=lacking
            )
        self._check_sign_in(principal, time.time() if now is None else now)

    def _check_sign_in(
        self,
        principal: Principal,
        now: float,
    ) -> None:
        if self.acr is not None and not _reaches(principal.acr, self.acr):
            raise InsufficientAuthentication(
                f"Needs acr {self.acr}, got {principal.acr or 'none'}.",
                acr=self.acr,
                max_age=self.max_age,
            )
        if self.max_age is None:
            return
        since = principal.auth_time
        if since is None or now - since > self.max_age + LEEWAY_SECONDS:
            raise InsufficientAuthentication(
                f"Needs a sign-in of the last {self.max_age} seconds.",
                acr=self.acr or "",
                max_age=self.max_age,
            )


def _reaches(
    got: str | None,
    wanted: str,
) -> bool:
    if got == wanted:
        return True
    return _LEVELS.get(got or "", 0) >= _LEVELS.get(wanted, 99)


def _names(
    kind: str,
    names: tuple[str, ...],
) -> str:
    return f"the {kind}{'s' if len(names) > 1 else ''} {', '.join(names)}"
