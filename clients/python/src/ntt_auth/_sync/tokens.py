# Written by scripts/write_sync.py from _async/tokens.py: change that.
"""`client.tokens`: tokens and the revocation feed. All of it is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._sync.namespaces import Namespace
from ntt_auth.rest.calls import Access, Call, given
from ntt_auth.rest.paths import path

if TYPE_CHECKING:
    from ntt_auth import types


class Tokens(Namespace):
    """Tokens: refresh, revoke, verify."""

    def refresh(
        self,
        refresh_token: str,
        *,
        client_id: str | None = None,
        audience: str | None = None,
    ) -> types.TokenResponse:
        """Exchange a refresh token for a new pair; keep the new one before anything else.

        The one before may be sent again for 30 seconds. `audience` asks for another API.
        """
        body = given(
            refresh_token=refresh_token, client_id=client_id, audience=audience
        )
        return self._caller.public(path("tokens", "refresh"), body)

    def revoke(self, token: str) -> None:
        """End a token: a refresh token with its session, an access token alone."""
        self._caller.public(path("tokens", "revoke"), {"token": token})

    def verify(
        self,
        token: str,
        *,
        audience: str | None = None,
    ) -> types.VerifyResponse:
        """Ask whether an access token is good. Always send your own `audience`.

        `ntt_auth.Verifier` does it offline.
        """
        body = given(token=token, audience=audience)
        return self._caller.public(path("tokens", "verify"), body)

    def revocations(self, *, after: str | None = None) -> types.FeedPage:
        """Return one page of the feed. `after` is the last page's `next_cursor`.

        A verifier follows it by itself. Raises `NotFound` with code `cursor_gone` where
        the feed began anew.
        """
        call = Call(
            "GET",
            path("tokens", "revocations"),
            {"after": after},
            access=Access.PUBLIC,
        )
        return self._caller.send(call)
