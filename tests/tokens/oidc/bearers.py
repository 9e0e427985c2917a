"""Who shows an access token to an endpoint of ours."""

from typing import Any

from django.test import Client

FORM = "application/x-www-form-urlencoded"
# bodies that are no form with one token, their media type, and a query
MALFORMED = [
    (b"", FORM, ""),
    (b"token=", FORM, ""),
    (b"token=a&token=b", FORM, ""),
    (b"token=%FF", FORM, ""),
    (b"token=%00", FORM, ""),
    (b"token=%ED%A0%80", FORM, ""),
    (b"\xff=1", FORM, ""),
    (b"token=" + b"x" * 70_000, FORM, ""),
    (b'{"token": "x"}', "application/json", ""),
    (b"[}", "application/json", ""),
    (b"token=x", "text/plain", ""),
    (b"token=x", FORM, "?token=x"),
]


def show(
    token: str | None,
    method: str = "get",
    *,
    query: str = "",
    **sent: Any,
) -> Any:
    """Ask `/oauth/userinfo`; `token` None sends no header."""
    headers = dict(sent.pop("headers", {}))
    if token is not None:
        headers.setdefault("authorization", f"Bearer {token}")
    ask = getattr(Client(), method)
    return ask(f"/oauth/userinfo{query}", headers=headers, **sent)
