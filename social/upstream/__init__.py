"""What is asked of providers, and what of their answers is believed.

`begin` and `finish` for every provider. A caller holds a `place`, and no transaction.
"""

from types import ModuleType

from social.models import Connection
from social.upstream import facebook, github, oidc
from social.upstream.calls import place
from social.upstream.oidc import of_id_token
from social.upstream.vouching import Answer, Asked, Vouched

__all__ = ["Answer", "Asked", "Vouched", "begin", "finish", "of_id_token", "place"]

_DIALECTS: dict[str, ModuleType] = {
    Connection.Provider.GITHUB: github,
    Connection.Provider.FACEBOOK: facebook,
}


def begin(
    connection: Connection,
    asked: Asked,
) -> str:
    """Return where a browser is sent. Raises `UpstreamFault`."""
    url: str = _dialect(connection).begin(connection, asked)
    return url


def finish(
    connection: Connection,
    asked: Asked,
    answer: Answer,
) -> Vouched:
    """Return whom a provider vouches for. Raises `UpstreamFault`."""
    found: Vouched = _dialect(connection).finish(connection, asked, answer)
    return found


def _dialect(connection: Connection) -> ModuleType:
    return _DIALECTS.get(connection.provider, oidc)
