"""One's own profile, and the users of this instance for those who run it."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts import services
from accounts.api.idempotency import idempotent
from accounts.api.leaving import LeavingOutput
from accounts.api.permissions import AccountScope, FreshAccount, ManageScope
from accounts.api.requests import caller, given
from accounts.api.serializers import (
    MeOutput,
    ProfileInput,
    UserInput,
    UserOutput,
)
from accounts.flows.verification import with_verification
from accounts.models import User
from accounts.privacy import services as privacy
from accounts.search import users_matching
from accounts.services.authority import require_superuser
from accounts.services.users import NewUser
from config.errors import NotFound
from config.openapi import PAGING, operation, page_of
from config.pagination import CursorPagination
from config.serializers import StrictSerializer


def _users() -> QuerySet[User]:
    """Return everybody but the erased."""
    return with_verification(User.objects.filter(erased_at=None))


def _found(
    user_id: UUID,
    request: Request,
) -> User:
    """Return a user for a superuser; raises `Forbidden` before `NotFound`."""
    require_superuser(caller(request))
    user = _users().filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def _me(request: Request) -> User:
    """Return the caller with `email_verified`, which the Bearer door has read already."""
    user = caller(request)
    return user if hasattr(user, "email_verified") else _users().get(pk=user.pk)


class MeView(APIView):
    """One's own profile."""

    @override
    def get_permissions(self) -> list[BasePermission]:
        """Ask for a recent proof before somebody leaves."""
        leaving = self.request.method == "DELETE"
        return [FreshAccount() if leaving else AccountScope()]

    @operation("getMe", gives=MeOutput)
    def get(self, request: Request) -> Response:
        """Return the profile of the token's user."""
        return Response(MeOutput(_me(request)).data)

    @operation("updateMe", takes=ProfileInput, gives=MeOutput)
    def patch(self, request: Request) -> Response:
        """Change the name or the language; what is not sent stays."""
        changes, user = given(ProfileInput, request), caller(request)
        if changes:
            services.change_profile(user, **changes, acting_user=user)
        return Response(MeOutput(_users().get(pk=caller(request).pk)).data)

    @operation("deleteMe", gives={202: LeavingOutput})
    def delete(self, request: Request) -> Response:
        """Shut the account at once; it is erased at `erase_at` unless it is kept."""
        given(StrictSerializer, request)
        leaving = privacy.request_erasure(caller(request), acting_user=caller(request))
        return Response(LeavingOutput(leaving).data, status=202)


class UsersView(APIView):
    """All users of the instance, for superusers."""

    permission_classes = [ManageScope]

    @operation(
        "listUsers",
        gives=page_of(UserOutput),
        query=[
            *PAGING,
            ("email", "one address, however it is spelled"),
            ("q", "the beginning of an address or a name, or an id"),
        ],
    )
    def get(self, request: Request) -> Response:
        """List users, newest first; `email` finds one address, `q` searches."""
        require_superuser(caller(request))
        asked = request.query_params
        found = users_matching(_users(), email=asked.get("email"), text=asked.get("q"))
        pages = CursorPagination()
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(UserOutput(rows, many=True).data)

    @operation("createUser", takes=UserInput, gives=UserOutput, status=201)
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a user; without a password nobody can sign in until one is set."""
        new = NewUser(**given(UserInput, request))
        user = services.create_user(new, acting_user=caller(request))
        return Response(UserOutput(_users().get(pk=user.pk)).data, status=201)


class UserView(APIView):
    """One user, for superusers."""

    permission_classes = [ManageScope]

    @operation("getUser", gives=UserOutput)
    def get(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """Return a user."""
        return Response(UserOutput(_found(user_id, request)).data)

    @operation("updateUser", takes=ProfileInput, gives=UserOutput)
    def patch(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """Change name or language; address, password and factors are their own."""
        user, changes = _found(user_id, request), given(ProfileInput, request)
        if changes:
            services.change_profile(user, **changes, acting_user=caller(request))
        return Response(UserOutput(_found(user_id, request)).data)

    @operation("deleteUser", status=204)
    def delete(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """Erase a user and remove the row; their tokens are refused at once."""
        privacy.delete_user(_found(user_id, request), acting_user=caller(request))
        return Response(status=204)


class _ActionView(APIView):
    """A POST without a body that has one service done to a user."""

    permission_classes = [ManageScope]
    service: ClassVar[Callable[..., Any]]

    @operation("act", gives=UserOutput)
    @idempotent
    def post(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """Have it done, and return the user."""
        given(StrictSerializer, request)
        type(self).service(_found(user_id, request), acting_user=caller(request))
        return Response(UserOutput(_found(user_id, request)).data)


@extend_schema_view(post=extend_schema(operation_id="disableUser"))
class DisableView(_ActionView):
    """Shut a user out."""

    service = staticmethod(services.disable_user)


@extend_schema_view(post=extend_schema(operation_id="enableUser"))
class EnableView(_ActionView):
    """Let a user in again."""

    service = staticmethod(services.enable_user)


@extend_schema_view(post=extend_schema(operation_id="unlockUser"))
class UnlockView(_ActionView):
    """Lift a user's lockouts."""

    service = staticmethod(services.lift_lockouts)


@extend_schema_view(post=extend_schema(operation_id="inviteUser"))
class InviteView(_ActionView):
    """Mail who has never come in a new link to choose a password by; the one before is dead."""

    service = staticmethod(services.invite_user)
