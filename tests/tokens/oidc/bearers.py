"""Who shows an access token to an endpoint of ours."""

from typing import Any

from django.test import Client

FORM = "application/x-www-form-urlencoded"


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
