"""How a page of signing in is served: its methods, its headers, its refusals."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import limits, lockouts
from accounts.pages import sentences
from accounts.pages.forms import PageForm
from config.errors import ServiceError
from tokens.pages import welcome

Page = Callable[..., HttpResponse]
_NOWHERE: Mapping[str, str] = {}


def served(page: Page) -> Page:
    """Serve a page with a form: GET and POST, kept by nobody, told to no report."""
    guarded = never_cache(sensitive_post_parameters()(page))
    return require_http_methods(["GET", "HEAD", "POST"])(guarded)


def draw(
    request: HttpRequest,
    name: str,
    refusal: ServiceError | None = None,
    *,
    at: Mapping[str, str] = _NOWHERE,
    **shown: Any,
) -> HttpResponse:
    """Return `account/<name>.html`, with a service's refusal where people look for it.

    It stands in `form` where that was sent and is well-formed (`at` as in
    `PageForm.explain`), else above the content. The status is the refusal's. On the way of
    a visit (`onward`, else `next`) it looks like what it leads to.
    """
    visited = welcome.of(request, shown.get("onward", ""))
    if visited is not None:
        shown = {**visited.context, **shown}
    form: PageForm | None = shown.get("form")
    status = 200
    if refusal is not None:
        status = refusal.status
        if form is not None and form.is_bound:
            form.explain(refusal, at)
        else:
            shown["fault"] = sentences.said(refusal)
    elif form is not None and form.errors:
        status = 400
    response = render(request, f"account/{name}.html", shown, status=status)
    if visited is not None:
        visited.open_way(response)
    if refusal is not None:
        response.problem_code = refusal.code  # type: ignore[attr-defined]  # for the metrics
        if refusal.retry_after is not None:
            response["Retry-After"] = str(refusal.retry_after)
    return response


def key_of(request: HttpRequest) -> str:
    """Return the key of a mailed link: from the form, or from the URL that opened it."""
    return request.POST.get("key") or request.GET.get("key", "")


def gone(
    request: HttpRequest,
    refusal: ServiceError,
    *,
    again: str = "",
) -> HttpResponse:
    """Say that a link is not good any more; `again` is where to ask for another one.

    Such links are counted per IP, as those that the API is sent: raises
    `TooManyRequests`.
    """
    limits.hit("token_failures_ip", lockouts.caller())
    return draw(request, "link-gone", refusal, again=again)
