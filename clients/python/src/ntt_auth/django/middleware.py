"""`request.ntt_auth`: who is signed in, found before the view, or when it is first asked."""

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject

from ntt_auth import challenges
from ntt_auth.django import freshness, pages, sessions
from ntt_auth.errors import (
    AuthError,
    Refused,
    TokenMissing,
    Unavailable,
    WebhookInvalid,
)
from ntt_auth.principals import Principal

if TYPE_CHECKING:
    from ntt_auth.django.models import Person

Answer = HttpResponse | Awaitable[HttpResponse]


class RequestAuth:
    """Who is signed in in this browser.

    The questions raise `Unavailable` where nobody can tell; the middleware answers 503.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._failure: AuthError | None = None

    @cached_property
    def _current(self) -> freshness.Current | None:
        if self._failure is not None:
            raise self._failure
        return sessions.current(self._request)

    def find(self) -> None:
        """Ask now; a failure is told to the first question, as not every view asks."""
        try:
            bool(self)
        except AuthError as error:
            self._failure = error

    async def load(self) -> "RequestAuth":
        """Ask now, so that an async view may read the rest."""
        await sync_to_async(lambda: self._current)()
        return self

    @property
    def principal(self) -> Principal | None:
        """Whom the verified access token speaks for, or None."""
        return self._current.principal if self._current else None

    @property
    def user(self) -> "Person | None":
        """The row of the mirror, or None."""
        return self._current.row.person if self._current else None

    @property
    def account(self) -> Any:
        """What `request.user` is: that row, or the Django user where those are linked."""
        return self._current.user if self._current else None

    @property
    def access_token(self) -> str:
        """The access token, to call an API with. Raises `TokenMissing`."""
        if self._current is None:
            raise TokenMissing
        return self._current.tokens.access_token

    def __bool__(self) -> bool:
        """Tell whether somebody is signed in."""
        return self._current is not None


class NttAuthMiddleware:
    """Stands below the session's and the authentication's middleware."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        """Add `request.ntt_auth`, and `request.user` where somebody is signed in by us."""
        auth = RequestAuth(request)
        request.ntt_auth = auth  # type: ignore[attr-defined]
        if self._is_async:
            return self._later(request, auth)
        if sessions.HANDLE in request.session:
            _add_user(request, auth)
        return self._get_response(request)

    async def _later(
        self,
        request: HttpRequest,
        auth: RequestAuth,
    ) -> HttpResponse:
        if await sync_to_async(lambda: sessions.HANDLE in request.session)():
            _add_user(request, auth)
        return await cast(Awaitable[HttpResponse], self._get_response(request))

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Any,
        kwargs: Any,
    ) -> None:
        """Refresh now: a view's transaction that fails would undo the refresh.

        Not before the views of this package, which end and replace the sign-in.
        """
        match = request.resolver_match
        own = match is not None and "ntt_auth" in match.app_names
        if not own and sessions.HANDLE in request.session:
            request.ntt_auth.find()  # type: ignore[attr-defined]

    def process_exception(
        self,
        request: HttpRequest,
        exception: Exception,
    ) -> HttpResponse | None:
        """Answer refusals, as every adapter of this package does."""
        if isinstance(exception, Refused | Unavailable):
            return problem(exception, request)
        if isinstance(exception, WebhookInvalid):
            return HttpResponse(status=400)
        return None


def problem(
    error: Refused | Unavailable,
    request: HttpRequest,
) -> HttpResponse:
    """Return the answer to a refusal (RFC 6750, RFC 9457); browsers get a page."""
    made = challenges.answer(error)
    if pages.wanted(request):
        page = pages.told(error.title, error.action or error.reason, made.status)
        for name, value in made.headers.items():
            page[name] = value
        return page
    return JsonResponse(
        made.body,
        status=made.status,
        headers=made.headers,
        content_type=challenges.CONTENT_TYPE,
    )


def _add_user(
    request: HttpRequest,
    auth: RequestAuth,
) -> None:
    """Let `request.user` be the mirror's row, or a Django user where those are linked."""
    request.user = SimpleLazyObject(lambda: _user(auth))  # type: ignore[assignment]

    async def later() -> Any:
        return _user(await auth.load())

    request.auser = later


def _user(auth: RequestAuth) -> Any:
    if auth:
        return auth.account
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
