# Written by scripts/write_sync.py from _async/social.py: change that.
"""`client.social`: signing in through other providers. All of it is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ntt_auth._sync.namespaces import Namespace
from ntt_auth.rest.calls import Access, Call, given
from ntt_auth.rest.paths import path
from ntt_auth.rest.steps import StepRequired

if TYPE_CHECKING:
    from ntt_auth import types


class Social(Namespace):
    """Signing in through providers."""

    def providers(self, *, client_id: str | None = None) -> types.ProvidersOut:
        """Return the providers of an application, in the order of their buttons."""
        asked = client_id or self._caller.options.public_id
        call = Call(
            "GET",
            path("social", "providers"),
            {"client_id": asked},
            access=Access.PUBLIC,
        )
        return self._caller.send(call)

    def sign_in(
        self,
        provider: str,
        *,
        id_token: str,
        nonce: str,
        client_id: str | None = None,
        audience: str | None = None,
    ) -> types.TokenResponse | StepRequired:
        """Sign in by a provider's ID token, as native apps get one.

        `nonce` is the one that it was asked for with.
        """
        options = self._caller.options
        body = given(
            id_token=id_token,
            nonce=nonce,
            client_id=client_id or options.public_id,
            audience=audience or options.audience,
        )
        return self._caller.step(path("social", provider, "token"), body)
