"""Back-channel logout: an application is told which of its sessions ended, by a post.

OpenID Connect Back-Channel Logout 1.0. The outbox carries it: left in the transaction
that ends the session, signed when it is sent, sent again where nobody answers.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.outbox.posts import Post
from accounts.outbox.services import enqueue_posts
from tenants.models import Application
from tokens.models import Session
from tokens.oidc import statements

NAME = "backchannel_logout"


def announce(sids: Sequence[UUID]) -> int:
    """Leave a logout for each of these ended sessions whose application wants to know.

    Those of the code and device grants only: no other application was told a `sid`. One
    that is suspended is told nothing. Returns how many were left.
    """
    theirs = Session.objects.filter(sid__in=sids, door=Session.Door.OAUTH)
    wanted = theirs.exclude(application__backchannel_logout_uri="").filter(
        application__suspended_at=None
    )
    rows = wanted.order_by("sid").values_list("sid", "application", "login__user")
    return enqueue_posts(
        NAME,
        each=[
            {"sid": str(sid), "application": str(application), "sub": str(user)}
            for sid, application, user in rows
        ],
    )


def build(
    delivery_id: UUID,
    data: dict[str, Any],
) -> Post | None:
    """Return the post of one logout; None where the application is gone or wants none.

    `jti` is the delivery's id: equal on every attempt, so that a copy is recognised.
    """
    application = Application.objects.filter(pk=data["application"]).first()
    if application is None or not application.backchannel_logout_uri:
        return None
    token = statements.logout_token(
        application, sub=data["sub"], sid=data["sid"], jti=str(delivery_id)
    )
    return Post(
        application.backchannel_logout_uri,
        {"logout_token": token},
        owner=str(application.tenant_id),
    )
