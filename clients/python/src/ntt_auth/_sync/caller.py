# Written by scripts/write_sync.py from _async/caller.py: change that.
"""The one way from a method to the server."""

from collections.abc import Mapping
from typing import Any

from ntt_auth._sync.credentials import Credentials
from ntt_auth._sync.listing import Listing
from ntt_auth._sync.transport import Transport
from ntt_auth.errors import Unauthenticated
from ntt_auth.rest.answers import is_stale
from ntt_auth.rest.calls import Access, Call, bearing, prepared
from ntt_auth.rest.options import Options
from ntt_auth.rest.pages import page_of
from ntt_auth.rest.steps import step_of


class Caller:
    """Makes calls with the right token, and again once where that was refused."""

    def __init__(
        self,
        options: Options,
        transport: Transport,
    ) -> None:
        self.options = options
        self._transport = transport
        self._credentials = Credentials(options, transport)

    def send(self, call: Call) -> Any:
        """Return what the server answers; raises `ApiError`, `ServerUnavailable`."""
        sent = prepared(call, self.options.issuer, self.options.timeout)
        if call.access is Access.PUBLIC:
            return self._transport.send(sent)
        token = self._credentials.token()
        try:
            return self._transport.send(bearing(sent, token))
        except Unauthenticated as error:
            if not is_stale(error):
                raise
            newer = self._credentials.token(refused=token)
            if newer == token:
                raise
        return self._transport.send(bearing(sent, newer))

    def get(
        self,
        path: str,
        **query: Any,
    ) -> Any:
        """Read something."""
        return self.send(Call("GET", path, query))

    def patch(
        self,
        path: str,
        body: Mapping[str, Any],
    ) -> Any:
        """Change something."""
        return self.send(Call("PATCH", path, body=body))

    def put(
        self,
        path: str,
        body: Mapping[str, Any],
    ) -> Any:
        """Replace something."""
        return self.send(Call("PUT", path, body=body))

    def delete(
        self,
        path: str,
        **query: Any,
    ) -> Any:
        """Remove or end something."""
        return self.send(Call("DELETE", path, query))

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Do something with one's own account."""
        return self.send(Call("POST", path, body=body))

    def manage(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
    ) -> Any:
        """Make or do something as management; `key` is an Idempotency-Key."""
        call = Call("POST", path, {}, body, Access.MANAGE, idempotency_key=key)
        return self.send(call)

    def public(
        self,
        path: str,
        body: Mapping[str, Any],
    ) -> Any:
        """Do what anybody may: no token is sent."""
        return self.send(Call("POST", path, {}, body, Access.PUBLIC))

    def step(
        self,
        path: str,
        body: Mapping[str, Any],
        access: Access = Access.PUBLIC,
    ) -> Any:
        """Go on with a sign-in; return its answer, or the step that comes next."""
        try:
            return self.send(Call("POST", path, {}, body, access))
        except Unauthenticated as error:
            return step_of(error)

    def list(
        self,
        path: str,
        **query: Any,
    ) -> Listing[Any]:
        """Return the rows of a list, read as they are asked for."""

        def read(cursor: str | None) -> Any:
            return page_of(self.get(path, **query, cursor=cursor))

        return Listing(read)
