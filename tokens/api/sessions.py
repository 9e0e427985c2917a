"""A person's own sessions and password; an operator's view of a user's sessions."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import flows
from accounts import services as accounts
from accounts.api.permissions import AccountScope, ManageScope, require_recent
from accounts.api.requests import caller
from accounts.api.requests import given as read
from accounts.models import User
from accounts.services.authority import require_superuser
from config.errors import Forbidden, InvalidInput, NotFound
from config.openapi import PAGING, operation, page_of
from config.pagination import CursorPagination
from tokens import minting
from tokens.api.serializers import PasswordInput, SessionOut, TokenResponse
from tokens.errors import TokenRevoked
from tokens.models import Session
from tokens.principals import Principal
from tokens.services import sessions


def own_sid(request: Request) -> UUID:
    """Return the session that asks; the token of an application itself has none."""
    principal = request.auth
    if not isinstance(principal, Principal) or principal.sid is None:
        raise Forbidden("This token belongs to no session.")
    return principal.sid


def asking(
    request: Request,
    user: User,
) -> Session:
    """Return the session that asks; it may have ended since its token was looked at."""
    try:
        return sessions.own_session(user, sid=own_sid(request))
    except NotFound:
        raise TokenRevoked from None


class SessionPages(CursorPagination):
    """Newest first."""

    ordering = "-sid"


def _page(
    view: APIView,
    request: Request,
    found: QuerySet[Session],
) -> Response:
    pages = SessionPages()
    rows = pages.paginate_queryset(
        found.select_related("application", "login"), request, view=view
    )
    current = {"current_sid": getattr(request.auth, "sid", None)}
    return pages.get_paginated_response(
        SessionOut(rows, many=True, context=current).data
    )


class OwnSessionsView(APIView):
    """The caller's live sessions."""

    permission_classes = [AccountScope]

    @operation("listOwnSessions", gives=page_of(SessionOut), query=PAGING)
    def get(self, request: Request) -> Response:
        """List the caller's live sessions, newest first."""
        return _page(self, request, Session.objects.live().of_user(caller(request).pk))

    @operation(
        "endOwnSessions",
        status=204,
        query=[("except", "`current` spares the session that asks")],
    )
    def delete(self, request: Request) -> Response:
        """Sign out everywhere; with `?except=current` on every other device."""
        spare = request.query_params.get("except")
        if spare not in (None, "current"):
            raise InvalidInput("`except` can only be `current`.")
        if spare:
            sessions.end_other_sessions(caller(request), keep_sid=own_sid(request))
        else:
            sessions.end_all_sessions(caller(request), acting_user=caller(request))
        return Response(status=204)


class OwnSessionView(APIView):
    """One of the caller's sessions."""

    permission_classes = [AccountScope]

    @operation("endOwnSession", status=204)
    def delete(
        self,
        request: Request,
        sid: UUID,
    ) -> Response:
        """End one session; somebody else's is not found."""
        session = sessions.own_session(caller(request), sid=sid)
        sessions.end_session(session, acting_user=caller(request))
        return Response(status=204)


class PasswordView(APIView):
    """The caller's password."""

    permission_classes = [AccountScope]

    @operation("changePassword", takes=PasswordInput, gives=TokenResponse)
    def post(self, request: Request) -> Response:
        """Change the password: every other login ends, this one gets a new pair.

        Who has a second factor has to have shown it lately, as for any sensitive change.
        """
        given = read(PasswordInput, request)
        if flows.has_factor(caller(request).pk):
            require_recent(request)
        session = asking(request, caller(request))
        epoch = flows.reauthenticate(
            user=caller(request), password=given["current_password"]
        )
        accounts.change_password(
            caller(request),
            new_password=given["new_password"],
            keep_login=session.login_id,
            acting_user=caller(request),
            epoch=epoch,
        )
        return Response(minting.issue(session.sid).response())


def user_for_superusers(
    request: Request,
    user_id: UUID,
) -> User:
    """Return any user to a superuser; raises `Forbidden`, then `NotFound`."""
    require_superuser(caller(request))
    user = User.objects.filter(pk=user_id, erased_at=None).first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


class UserSessionsView(APIView):
    """A user's sessions, for superusers."""

    permission_classes = [ManageScope]

    @operation("listUserSessions", gives=page_of(SessionOut), query=PAGING)
    def get(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """List a user's live sessions, newest first."""
        found = Session.objects.live().of_user(user_for_superusers(request, user_id).pk)
        return _page(self, request, found)

    @operation("endUserSessions", status=204)
    def delete(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """Sign a user out everywhere."""
        user = user_for_superusers(request, user_id)
        sessions.end_all_sessions(user, acting_user=caller(request))
        return Response(status=204)
