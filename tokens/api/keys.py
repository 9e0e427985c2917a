"""Signing keys, for superusers. Private halves never leave the database."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.idempotency import idempotent
from accounts.api.permissions import ManageScope
from accounts.api.requests import caller
from accounts.api.requests import given as read
from accounts.services.authority import require_superuser
from config.errors import NotFound
from config.openapi import operation, page_of
from config.serializers import StrictSerializer
from tokens.api.serializers import RotatedKeys, RotateKeysInput, SigningKeyOut
from tokens.models import SigningKey
from tokens.services import keys


class SigningKeysView(APIView):
    """All keys."""

    permission_classes = [ManageScope]

    @operation("listSigningKeys", gives=page_of(SigningKeyOut))
    def get(self, request: Request) -> Response:
        """List the key ring, newest first."""
        require_superuser(caller(request))
        found = SigningKeyOut(SigningKey.objects.all(), many=True).data
        return Response({"data": found, "next_cursor": None, "has_more": False})


class RotateKeysView(APIView):
    """The rotation."""

    permission_classes = [ManageScope]

    @operation("rotateSigningKeys", takes=RotateKeysInput, gives=RotatedKeys)
    @idempotent
    def post(self, request: Request) -> Response:
        """Take every algorithm one step on; `now` skips the publication time."""
        require_superuser(caller(request))
        now = read(RotateKeysInput, request)["now"]
        changed = keys.rotate_signing_keys(acting_user=caller(request), now=now)
        return Response({"data": SigningKeyOut(changed, many=True).data})


class RevokeKeyView(APIView):
    """The emergency."""

    permission_classes = [ManageScope]

    @operation("revokeSigningKey", status=204)
    @idempotent
    def post(
        self,
        request: Request,
        kid: str,
    ) -> Response:
        """Refuse everything that a key signed, at once."""
        require_superuser(caller(request))
        read(StrictSerializer, request)
        key = SigningKey.objects.filter(kid=kid).first()
        if key is None:
            raise NotFound("There is no such key.")
        keys.revoke_signing_key(key, acting_user=caller(request))
        return Response(status=204)
