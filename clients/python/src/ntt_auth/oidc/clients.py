"""The flows, driven: blocking, and for an event loop."""

from collections.abc import Callable, Mapping
from concurrent.futures import wait
from typing import Any, TypeVar
from urllib.parse import urlencode

from ntt_auth import settings
from ntt_auth._http import AsyncChannel, Channel, Request, Response, Unreachable
from ntt_auth.errors import ServerUnavailable
from ntt_auth.oidc import asking, ending, flows
from ntt_auth.oidc.asking import Ask, Pending
from ntt_auth.oidc.errors import LogoutTokenReplayed
from ntt_auth.oidc.keyring import Flight
from ntt_auth.oidc.statements import LoggedOut
from ntt_auth.oidc.tokens import Tokens

T = TypeVar("T")
Once = Callable[[LoggedOut], bool]
TIMEOUT_SECONDS = 10.0


class _Party:
    """What needs no network."""

    def __init__(
        self,
        issuer: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        http_timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """None reads `NTT_AUTH_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`.

        Without any secret the client is a public one. `http_timeout` is in seconds.
        Raises `ConfigurationError`.
        """
        self._party = flows.Party(
            settings.issuer_url(issuer),
            settings.required(client_id, settings.CLIENT_ID),
            settings.optional(client_secret, settings.CLIENT_SECRET),
            http_timeout,
        )

    @property
    def issuer(self) -> str:
        """The issuer, as its tokens name it."""
        return self._party.issuer

    @property
    def client_id(self) -> str:
        """Who this client is there."""
        return self._party.client_id

    def authorization_url(
        self,
        redirect_uri: str,
        ask: Ask | None = None,
    ) -> tuple[str, Pending]:
        """Return where to send the browser, and what to keep until it is back.

        `redirect_uri` is compared character by character with the registered ones.
        """
        endpoint = self._party.url("/oauth/authorize")
        return asking.begin(endpoint, self.client_id, redirect_uri, ask or Ask())

    def logout_url(
        self,
        *,
        post_logout_redirect_uri: str = "",
        state: str = "",
    ) -> str:
        """Return where to send the browser to end its sign-in there too.

        OpenID Connect RP-Initiated Logout 2. A page asks the person first; `logout_form`
        does without. `post_logout_redirect_uri` must be registered.
        """
        url, given = self.logout_form(
            post_logout_redirect_uri=post_logout_redirect_uri, state=state
        )
        return f"{url}?{urlencode(given)}"

    def logout_form(
        self,
        id_token: str | None = None,
        *,
        post_logout_redirect_uri: str = "",
        state: str = "",
    ) -> tuple[str, dict[str, str]]:
        """Return the address and the fields of a form that the browser posts there.

        With the ID token of the sign-in nobody is asked. It belongs into no address: that
        would end up in logs, and in the browser's history.
        """
        given = {
            "id_token_hint": id_token or "",
            "client_id": self.client_id,
            "post_logout_redirect_uri": post_logout_redirect_uri,
            "state": state,
        }
        fields = {name: value for name, value in given.items() if value}
        return self._party.url("/oauth/logout"), fields


class OpenIDClient(_Party):
    """Signs people in from a server; its methods block. Threads may share one."""

    def exchange(
        self,
        pending: Pending,
        given: Mapping[str, str],
    ) -> Tokens:
        """Return the tokens for the query that the browser brought to the callback.

        Forget `pending` before: it is good once. Raises `SignInFailed`,
        `ServerUnavailable`, `KeysUnavailable` and `ConfigurationError`.
        """
        return self._drive(flows.exchange(self._party, pending, given))

    def refresh(
        self,
        refresh_token: str,
        *,
        subject: str | None = None,
        resource: str = "",
    ) -> Tokens:
        """Return the next pair; store it before you use it.

        With `resource` (RFC 8707) the access token is for that API, with every scope that
        a first-party application may have there; for another, what its person consented
        to. Raises `RefreshRefused` where the session has ended, and as `exchange` does.
        """
        flow = flows.refresh(self._party, refresh_token, subject, resource)
        return self._drive(flow)

    def user_info(
        self,
        access_token: str,
        *,
        subject: str,
    ) -> dict[str, Any]:
        """Return what is true now of `subject` (OpenID Connect Core 5.3)."""
        return self._drive(flows.user_info(self._party, access_token, subject))

    def revoke(self, refresh_token: str) -> None:
        """End the session of a refresh token (RFC 7009); raises `ServerUnavailable`."""
        self._drive(ending.revoke(self._party, refresh_token))

    def verify_logout_token(
        self,
        logout_token: str,
        *,
        once: Once | None = None,
    ) -> LoggedOut:
        """Return whose session ended (Back-Channel Logout 2.6).

        `once` tells whether this notice is new; where it says no, `LogoutTokenReplayed`
        is raised. Raises `LogoutTokenInvalid`, `KeysUnavailable`, `ServerUnavailable`.
        """
        return _new(self._drive(flows.logged_out(self._party, logout_token)), once)

    def _drive(self, flow: flows.Flow[T]) -> T:
        channel = Channel()
        try:
            step = next(flow)
            while True:
                try:
                    response = _answered(channel, step)
                except Unreachable as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(response)
        except StopIteration as end:
            found: T = end.value
            return found
        except Unreachable as error:
            raise ServerUnavailable(str(error)) from None
        finally:
            flow.close()
            channel.close()


class AsyncOpenIDClient(_Party):
    """The same for an event loop; nothing in it blocks."""

    async def exchange(
        self,
        pending: Pending,
        given: Mapping[str, str],
    ) -> Tokens:
        """As `OpenIDClient.exchange`."""
        return await self._drive(flows.exchange(self._party, pending, given))

    async def refresh(
        self,
        refresh_token: str,
        *,
        subject: str | None = None,
        resource: str = "",
    ) -> Tokens:
        """As `OpenIDClient.refresh`."""
        flow = flows.refresh(self._party, refresh_token, subject, resource)
        return await self._drive(flow)

    async def user_info(
        self,
        access_token: str,
        *,
        subject: str,
    ) -> dict[str, Any]:
        """As `OpenIDClient.user_info`."""
        return await self._drive(flows.user_info(self._party, access_token, subject))

    async def revoke(self, refresh_token: str) -> None:
        """As `OpenIDClient.revoke`."""
        await self._drive(ending.revoke(self._party, refresh_token))

    async def verify_logout_token(
        self,
        logout_token: str,
        *,
        once: Once | None = None,
    ) -> LoggedOut:
        """As `OpenIDClient.verify_logout_token`."""
        flow = flows.logged_out(self._party, logout_token)
        return _new(await self._drive(flow), once)

    async def _drive(self, flow: flows.Flow[T]) -> T:
        channel = AsyncChannel(keep_alive=False)
        try:
            step = next(flow)
            while True:
                try:
                    response = await _answered_later(channel, step)
                except Unreachable as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(response)
        except StopIteration as end:
            found: T = end.value
            return found
        except Unreachable as error:
            raise ServerUnavailable(str(error)) from None
        finally:
            flow.close()
            await channel.aclose()


def _new(
    notice: LoggedOut,
    once: Once | None,
) -> LoggedOut:
    if once is not None and not once(notice):
        raise LogoutTokenReplayed
    return notice


def _answered(
    channel: Channel,
    step: Request | Flight,
) -> Response | None:
    if isinstance(step, Request):
        return channel.send(step)
    wait([step.landed], step.seconds)
    return None


async def _answered_later(
    channel: AsyncChannel,
    step: Request | Flight,
) -> Response | None:
    if isinstance(step, Request):
        return await channel.send(step)
    import asyncio  # slow to load, and of no use where nothing is async

    await asyncio.wait([asyncio.wrap_future(step.landed)], timeout=step.seconds)
    return None
