"""Guards of views: who is not signed in is sent there, who may not is told so."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar
from urllib.parse import urlencode

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from ntt_auth.django.middleware import RequestAuth, problem
from ntt_auth.errors import InsufficientAuthentication, Refused, TokenMissing
from ntt_auth.requirements import Requirement

View = Callable[..., Any]


def login_required(
    view: View | None = None,
    *,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    permissions: Iterable[str] = (),
    acr: str | None = None,
    max_age: int | None = None,
) -> Any:
    """Guard a view, plain or async, with or without arguments.

    Who is not signed in, or not as strongly or recently (RFC 9470), is sent to sign in
    and comes back here; a request for JSON is answered 401 instead. Without a scope, role
    or permission the answer is 403. Raises `ConfigurationError`.
    """
    needs = Requirement.of(
        scopes=scopes, roles=roles, permissions=permissions, acr=acr, max_age=max_age
    )

    def guarded(inner: View) -> View:
        return wraps(inner)(_guarded(inner, needs, iscoroutinefunction(inner)))

    return guarded(view) if view is not None else guarded


class LoginRequiredMixin:
    """The same for a class-based view, plain or async; stands first among its parents."""

    scopes: ClassVar[Iterable[str]] = ()
    roles: ClassVar[Iterable[str]] = ()
    permissions: ClassVar[Iterable[str]] = ()
    acr: ClassVar[str | None] = None
    max_age: ClassVar[int | None] = None

    def dispatch(
        self,
        request: HttpRequest,
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponseBase:
        """Refuse, or go on to the view."""
        needs = Requirement.of(
            scopes=self.scopes,
            roles=self.roles,
            permissions=self.permissions,
            acr=self.acr,
            max_age=self.max_age,
        )
        view: View = super().dispatch  # type: ignore[misc]
        is_async = bool(getattr(self, "view_is_async", False))
        answer: HttpResponseBase = _guarded(view, needs, is_async)(
            request, *args, **kwargs
        )
        return answer


def _guarded(
    view: View,
    needs: Requirement,
    is_async: bool,
) -> View:
    async def later(
        request: HttpRequest,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        await _auth(request).load()
        return refused(request, needs) or await view(request, *args, **kwargs)

    def now(
        request: HttpRequest,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        return refused(request, needs) or view(request, *args, **kwargs)

    return later if is_async else now


def refused(
    request: HttpRequest,
    needs: Requirement,
) -> HttpResponse | None:
    """Return the answer to who may not, or None where they may."""
    principal = _auth(request).principal
    try:
        if principal is None:
            raise TokenMissing("Nobody is signed in.")
        needs.check(principal)
    except (TokenMissing, InsufficientAuthentication) as error:
        if not _takes_pages(request):
            return problem(error, request)
        return HttpResponseRedirect(sign_in_url(request, needs))
    except Refused as error:
        return problem(error, request)
    return None


def sign_in_url(
    request: HttpRequest,
    needs: Requirement,
) -> str:
    """Return where to send the browser; it comes back to the page that it wanted."""
    asked = {"next": request.get_full_path() if request.method == "GET" else ""}
    asked["acr_values"] = needs.acr or ""
    asked["max_age"] = "" if needs.max_age is None else str(needs.max_age)
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('ntt_auth:login')}?{query}"


def _takes_pages(request: HttpRequest) -> bool:
    return request.accepts("text/html")


def _auth(request: HttpRequest) -> RequestAuth:
    found: RequestAuth = request.ntt_auth  # type: ignore[attr-defined]
    return found
