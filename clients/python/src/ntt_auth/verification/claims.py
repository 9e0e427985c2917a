"""The rules for the claims of an access token (RFC 9068 section 2.2, RFC 8725)."""

from typing import Any, NoReturn

from ntt_auth.errors import TokenExpired, TokenInvalid
from ntt_auth.principals import Principal

LEEWAY_SECONDS = 30
_LATEST = 253_402_300_799  # the last second of the year 9999


class Claims(dict[str, Any]):
    """The claims as they were signed. They are shared, so they cannot be changed."""

    def _refuse(
        self,
        *_: Any,
        **__: Any,
    ) -> NoReturn:
        raise TypeError("the claims of a token cannot be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = _refuse
    setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[type["Claims"], tuple[dict[str, Any]]]:
        """Pickle and copy as a whole."""
        return Claims, (dict(self),)


def principal_of(
    claims: dict[str, Any],
    *,
    issuer: str,
    audience: str,
    now: float,
) -> Principal:
    """Return whom the claims speak for; raises `TokenInvalid` or `TokenExpired`."""
    if claims.get("iss") != issuer:
        raise TokenInvalid(f"Expected a token of issuer {issuer}, got another's.")
    if claims.get("aud") != audience:  # one string: ours is never a list
        raise TokenInvalid(f"Expected a token for audience {audience}, got another's.")
    expires_at, issued_at = _time(claims, "exp"), _time(claims, "iat")
    if expires_at is None or issued_at is None:
        raise TokenInvalid("Expected the claims exp and iat.")
    starts = _time(claims, "nbf")
    if max(issued_at, starts or 0) > now + LEEWAY_SECONDS:
        raise TokenInvalid("The token is not valid yet; compare the clocks.")
    found = Principal(
        sub=_text(claims, "sub"),
        client_id=_text(claims, "client_id"),
        jti=_text(claims, "jti"),
        issued_at=issued_at,
        expires_at=expires_at,
        tenant=_text_or_none(claims, "tenant"),
        sid=_text_or_none(claims, "sid"),
        scopes=_scopes(claims),
        roles=frozenset(_texts(claims, "roles")),
        permissions=frozenset(_texts(claims, "permissions")),
        acr=_text_or_none(claims, "acr"),
        amr=_texts(claims, "amr"),
        auth_time=_time(claims, "auth_time"),
        claims=Claims(claims),
    )
    refuse_expired(expires_at, now)
    return found


def refuse_expired(
    expires_at: int,
    now: float,
) -> None:
    """Raise `TokenExpired` if the time is over, the leeway included."""
    if expires_at <= now - LEEWAY_SECONDS:
        raise TokenExpired


def _time(
    claims: dict[str, Any],
    name: str,
) -> int | None:
    found = claims.get(name)
    if found is None and name not in claims:
        return None
    if type(found) is not int or not 0 <= found <= _LATEST:  # True is an int too
        raise TokenInvalid(f"Expected Unix seconds in the claim {name}.")
    return found


def _text(
    claims: dict[str, Any],
    name: str,
) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not found:
        raise TokenInvalid(f"Expected text in the claim {name}.")
    return found


def _text_or_none(
    claims: dict[str, Any],
    name: str,
) -> str | None:
    return _text(claims, name) if name in claims else None


def _texts(
    claims: dict[str, Any],
    name: str,
) -> tuple[str, ...]:
    found = claims.get(name, ())
    if found == ():
        return ()
    if not isinstance(found, list):
        raise TokenInvalid(f"Expected a list in the claim {name}.")
    for item in found:
        if not isinstance(item, str):
            raise TokenInvalid(f"Expected texts in the claim {name}.")
    return tuple(found)


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    found = claims.get("scope", "")
    if not isinstance(found, str):
        raise TokenInvalid("Expected text in the claim scope.")
    return frozenset(found.split(" ")) - {""}
