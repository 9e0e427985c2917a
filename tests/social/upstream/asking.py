"""One sign-in at a provider, without a browser."""

from social.models import Connection
from social.upstream import Answer, Asked, Vouched, begin, finish
from tests.social.upstreams import Upstream

ASKED = Asked(
    redirect_uri="http://127.0.0.1:8000/account/social/example/callback/",
    state="s" * 43,
    nonce="n" * 43,
    verifier="v" * 64,
)


def vouch(
    connection: Connection,
    upstream: Upstream,
    name: str = "",
) -> Vouched:
    """Go there, say yes, and return whom the provider vouches for."""
    code = upstream.authorize(begin(connection, ASKED))["code"]
    return finish(connection, ASKED, Answer(code, name))
