"""GitHub's dialect: OAuth 2.0, and two calls of its REST API.

docs.github.com, "Authorizing OAuth apps" and "REST API endpoints for emails".
"""

from typing import Any

from social import providers
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import calls, vouching
from social.upstream.vouching import Answer, Asked, Vouched

_PUBLIC = "https://github.com"
_PUBLIC_API = "https://api.github.com"


def begin(
    connection: Connection,
    asked: Asked,
) -> str:
    """Return where a browser is sent."""
    endpoint = f"{providers.issuer_of(connection)}/login/oauth/authorize"
    return vouching.authorization_url(connection, endpoint, asked)


def finish(
    connection: Connection,
    asked: Asked,
    answer: Answer,
) -> Vouched:
    """Exchange a code, and return whose it is. Raises `UpstreamFault`."""
    tokens = exchange(connection, vouching.exchange_form(connection, asked, answer))
    api = _api(connection)
    headers = {
        "Authorization": f"Bearer {tokens['access_token']}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    person = calls.ask("user", f"{api}/user", headers=headers)
    number = person.get("id") if isinstance(person, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UpstreamFault("user", "no id")
    return vouching.vouched(
        connection,
        subject=str(number),
        address=_address(api, headers),
        name=calls.text_of(person, "name") or calls.text_of(person, "login"),
        tokens=tokens,
    )


def exchange(
    connection: Connection,
    form: dict[str, str],
) -> dict[str, Any]:
    """Send a form to the token endpoint; its refusals come with status 200."""
    proof = {"client_id": connection.client_id, "client_secret": connection.secret}
    url = f"{providers.issuer_of(connection)}/login/oauth/access_token"
    return calls.exchange(url, form | proof)


def _api(connection: Connection) -> str:
    """Return where the API is: beside github.com, and below an Enterprise Server."""
    issuer = providers.issuer_of(connection)
    return _PUBLIC_API if issuer == _PUBLIC else f"{issuer}/api/v3"


def _address(
    api: str,
    headers: dict[str, str],
) -> tuple[str, bool]:
    """Return the primary address, and whether GitHub verified it.

    None where a GitHub App was not given the right to see it.
    """
    try:
        listed = calls.ask("emails", f"{api}/user/emails?per_page=100", headers=headers)
    except UpstreamFault as fault:
        if fault.reason not in ("status 403", "status 404"):
            raise
        listed = []
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, dict) and row.get("primary") is True:
            return calls.text_of(row, "email"), row.get("verified") is True
    return "", False
