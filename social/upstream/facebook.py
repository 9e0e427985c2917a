"""Facebook's dialect: OAuth 2.0, and one call of its Graph API.

developers.facebook.com, "Manually build a login flow" and "Secure Graph API calls". It does
not say whether an address is verified: none is.
"""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

from social import providers
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import calls, vouching
from social.upstream.vouching import Answer, Asked, Vouched

VERSION = "v24.0"
_GRAPH = "https://graph.facebook.com"
_PUBLIC = "https://www.facebook.com"


def begin(
    connection: Connection,
    asked: Asked,
) -> str:
    """Return where a browser is sent."""
    endpoint = f"{providers.issuer_of(connection)}/{VERSION}/dialog/oauth"
    return vouching.authorization_url(connection, endpoint, asked)


def finish(
    connection: Connection,
    asked: Asked,
    answer: Answer,
) -> Vouched:
    """Exchange a code, and return whose it is. Raises `UpstreamFault`."""
    tokens = exchange(connection, vouching.exchange_form(connection, asked, answer))
    token = tokens["access_token"]
    proof = hmac.new(connection.secret.encode(), token.encode(), hashlib.sha256)
    query = urlencode({"fields": "id,name,email", "appsecret_proof": proof.hexdigest()})
    bearer = {"Authorization": f"Bearer {token}"}
    url = f"{_graph(connection)}/{VERSION}/me?{query}"
    person = calls.ask("user", url, headers=bearer)
    number = calls.text_of(person, "id")
    if not (number.isascii() and number.isdecimal() and len(number) < 64):
        raise UpstreamFault("user", "no id")
    return vouching.vouched(
        connection,
        subject=number,
        address=(calls.text_of(person, "email"), False),
        name=calls.text_of(person, "name"),
        tokens=tokens,
    )


def exchange(
    connection: Connection,
    form: dict[str, str],
) -> dict[str, Any]:
    """Send a form to the token endpoint."""
    proof = {"client_id": connection.client_id, "client_secret": connection.secret}
    url = f"{_graph(connection)}/{VERSION}/oauth/access_token"
    return calls.exchange(url, form | proof)


def _graph(connection: Connection) -> str:
    issuer = providers.issuer_of(connection)
    return _GRAPH if issuer == _PUBLIC else issuer
