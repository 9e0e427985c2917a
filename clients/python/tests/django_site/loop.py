"""A Django site under ASGI, in one process: `python loop.py` with `SHOP` as for `shop`.

Runs the walk that its argument names, and prints what was seen as JSON.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import AsyncClient
from django.urls import path
from django.views import View

import shop
from ntt_auth.django.access import LoginRequiredMixin, login_required
from shops import PAGE, query

ISSUER = shop.GIVEN["auth"]["ISSUER"]
IN_LOOP: list[str] = []
Walk = Callable[["Visitor"], Awaitable[Any]]


async def home(request: HttpRequest) -> HttpResponse:
    auth = request.ntt_auth  # type: ignore[attr-defined]
    has_auser = hasattr(request, "auser")  # since Django 5.0
    user = await request.auser() if has_auser else request.user
    return JsonResponse(
        {
            "sub": auth.principal.sub if auth else None,
            "user": str(request.user),
            "same": user == request.user,
            "authenticated": user.is_authenticated,
        }
    )


@login_required
async def orders(
    request: HttpRequest,
    number: int,
) -> HttpResponse:
    auth = request.ntt_auth  # type: ignore[attr-defined]
    return JsonResponse({"email": auth.user.email, "number": number})


@login_required(acr="aal2", max_age=60)
async def strong(request: HttpRequest) -> HttpResponse:
    return HttpResponse("strong")


class Close(LoginRequiredMixin, View):
    permissions = ("shop.close",)

    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("closed")


class Basket(LoginRequiredMixin, View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("a basket")


shop.urlpatterns[:0] = [
    path("later/", home),
    path("later/orders/<int:number>/", orders),
    path("later/strong/", strong),
    path("later/close/", Close.as_view()),
    path("later/basket/", Basket.as_view()),
]


class Visitor:
    """A browser, by Django's own asynchronous client."""

    def __init__(self) -> None:
        self.client = AsyncClient(raise_request_exception=True)

    async def get(
        self,
        address: str,
        accept: str = PAGE["Accept"],
    ) -> Any:
        return await self.client.get(address, headers={"accept": accept})

    async def sign_in(
        self,
        address: str,
        **claims: Any,
    ) -> str:
        """Want a page, sign in at the issuer; return where the site leads back to."""
        answer = await self.get(address)
        assert answer.status_code == 302, (answer.status_code, answer.content)
        while answer.headers["Location"].startswith("/"):
            answer = await self.get(answer.headers["Location"])
        asked = query(answer.headers["Location"])
        code = await sync_to_async(_code, thread_sensitive=False)(asked, claims)
        back = {"state": asked["state"], "iss": ISSUER, "code": code}
        answer = await self.get(f"/auth/callback/?{urlencode(back)}")
        return str(answer.headers.get("Location", answer.status_code))


def _code(
    asked: dict[str, str],
    claims: dict[str, Any],
) -> str:
    from ntt_auth._http import library

    told = {"nonce": asked["nonce"], "claims": json.dumps(claims)}
    return str(library().get(f"{ISSUER}/test/code", params=told).json()["code"])


async def signs_in(visitor: Visitor) -> Any:
    before = (await visitor.get("/later/")).json()
    back = await visitor.sign_in("/later/orders/7/")
    shown = (await visitor.get(back)).json()
    return [before, back, shown, (await visitor.get("/later/")).json()]


async def is_guarded(visitor: Visitor) -> Any:
    seen = []
    for page in ("basket", "close"):
        seen.append(
            (await visitor.get(f"/later/{page}/", "application/json")).status_code
        )
    await visitor.sign_in("/later/basket/")
    for page in ("basket", "close"):
        seen.append((await visitor.get(f"/later/{page}/")).status_code)
    return seen


async def steps_up(visitor: Visitor) -> Any:
    await visitor.sign_in("/later/basket/")
    told = await visitor.get("/later/strong/", "application/json")
    back = await visitor.sign_in("/later/strong/", acr="aal2")
    page = await visitor.get(back)
    return [told.headers["WWW-Authenticate"], back, page.content.decode()]


async def refreshes(visitor: Visitor) -> Any:
    """Refresh, which takes the issuer a while; tell how long the loop was away at most."""
    await visitor.sign_in("/later/basket/")
    watch = asyncio.create_task(_longest())
    await asyncio.sleep(0.1)
    IN_LOOP.clear()
    began = time.monotonic()
    answer = await visitor.get("/later/")
    took = time.monotonic() - began
    watch.cancel()
    longest = await watch
    return {
        "took": took,
        "longest": longest,
        "sub": answer.json()["sub"],
        "in_loop": IN_LOOP,
    }


async def _longest() -> float:
    longest, last = 0.0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
    except asyncio.CancelledError:
        return longest


def _watch() -> None:
    """Note what blocks in the thread of the loop: connections and statements."""
    thread = threading.get_ident()

    def heard(
        event: str,
        given: tuple[Any, ...],
    ) -> None:
        if event in ("socket.connect", "sqlite3.connect", "time.sleep"):
            if threading.get_ident() == thread:
                IN_LOOP.append(event)

    sys.addaudithook(heard)


def main() -> None:
    call_command("migrate", verbosity=0)
    walk: Walk = globals()[sys.argv[1]]
    _watch()
    print(json.dumps(asyncio.run(walk(Visitor()))))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
