"""Refresh, verify, revoke, and the revocation feed: the hot paths.

What they answer is said in functions, so that `tokens/api/door.py` answers the same.
"""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.public import PublicView, count_failure
from accounts.api.requests import given as read
from config.envelope import Answer
from config.errors import NotAuthenticated
from config.openapi import operation
from tokens import feed, verification
from tokens.api.serializers import (
    FeedPage,
    RefreshInput,
    RevokeInput,
    TokenResponse,
    VerifyInput,
    VerifyResponse,
)
from tokens.errors import TokenExpired, TokenRevoked
from tokens.services import feed as feeds
from tokens.services import sessions
from tokens.services.refresh import refresh


def refreshed(given: dict[str, Any]) -> Answer:
    """Exchange the refresh token of a valid body."""
    pair = refresh(
        given["refresh_token"],
        client_id=given.get("client_id"),
        audience=given.get("audience"),
    )
    return Answer(pair.response())


def verified(given: dict[str, Any]) -> Answer:
    """Look at the token of a valid body; a bad one is an answer, and one not ours is counted.

    Who asks about a token that was ours guesses nothing: services are sent such by their
    callers, as often as these like.
    """
    try:
        principal = verification.verify(given["token"], audience=given.get("audience"))
    except (TokenExpired, TokenRevoked):
        return Answer({"active": False})
    except NotAuthenticated:
        refusal = count_failure()
        if refusal is not None:
            raise refusal from None
        return Answer({"active": False})
    return Answer({"active": True, "claims": principal.claims})


def revocations(
    cursor: str | None,
    *,
    known: str,
) -> Answer:
    """Return the feed behind `cursor`, or 304 to who knows its ETag (`If-None-Match`)."""
    state = feed.read()
    after = feeds.position(cursor, state)
    tag = feeds.etag(state)
    age = settings.REVOCATION_FEED_MAX_AGE
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={age}" if age else "no-cache",
    }
    # a follower in the middle of the pages has not read what the tag stands for
    paging = cursor is not None and after < state.number
    if tag in known and not paging:
        return Answer(None, status=304, headers=headers)
    page = feeds.page(after, state)
    body = {
        "data": page.data,
        "next_cursor": page.next_cursor,
        "has_more": page.has_more,
    }
    return Answer(body, headers=headers)


def _response(answer: Answer) -> Response:
    return Response(answer.data, status=answer.status, headers=answer.headers)


class RefreshView(PublicView):
    """Exchange a refresh token."""

    @operation("refreshToken", takes=RefreshInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Rotate the refresh token and answer with the next pair."""
        return _response(refreshed(read(RefreshInput, request)))


class VerifyView(PublicView):
    """Look at an access token, for services that cannot verify offline."""

    @operation("verifyToken", takes=VerifyInput, gives=VerifyResponse)
    def post(self, request: Request) -> Response:
        """Tell whether an access token is good now, and what it says."""
        return _response(verified(read(VerifyInput, request)))


class RevokeView(PublicView):
    """Revoke a token (RFC 7009)."""

    @operation("revokeToken", takes=RevokeInput, status=204)
    def post(self, request: Request) -> Response:
        """End the session of a refresh token, or refuse an access token from now on."""
        sessions.revoke(read(RevokeInput, request)["token"])
        return Response(status=204)


class RevocationsView(PublicView):
    """The public feed of revocations."""

    @operation(
        "listRevocations",
        gives={200: FeedPage, 304: None},
        query=[
            ("after", "`next_cursor` of the page before; all that lives without it")
        ],
    )
    def get(self, request: Request) -> Response:
        """Return what was revoked behind the cursor `after`; all that lives without it."""
        return _response(
            revocations(
                request.query_params.get("after"),
                known=request.headers.get("If-None-Match", ""),
            )
        )
