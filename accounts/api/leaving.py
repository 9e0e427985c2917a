"""One's data, leaving, and coming back."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import FreshAccount
from accounts.api.public import PublicView
from accounts.api.requests import caller, given
from accounts.api.serializers import LinkInput
from accounts.privacy import services
from config.openapi import operation


class LeavingOutput(serializers.Serializer[Any]):
    """When the account is erased."""

    erase_at = serializers.DateTimeField()


class ExportOutput(serializers.Serializer[Any]):
    """All that is held about a person; `data` is by app and section."""

    format = serializers.IntegerField()
    issuer = serializers.CharField()
    user_id = serializers.UUIDField()
    exported_at = serializers.DateTimeField()
    data = serializers.DictField(  # type: ignore[assignment]  # the wire's own word
        child=serializers.DictField()
    )


class ExportView(APIView):
    """One's own data."""

    permission_classes = [FreshAccount]

    @operation("exportMe", gives=ExportOutput)
    def get(self, request: Request) -> Response:
        """Return everything that is held about the token's user, without secrets."""
        held = services.export_data(caller(request), acting_user=caller(request))
        name = f'attachment; filename="account-{caller(request).pk}.json"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return Response(held, headers=headers)


class KeepAccountView(PublicView):
    """Coming back; whoever has the link's key is who asked to leave."""

    @operation("keepAccount", takes=LinkInput, status=204)
    def post(self, request: Request) -> Response:
        """Keep an account that is about to be erased; its owner can sign in again."""
        services.keep_account(given(LinkInput, request)["key"])
        return Response(status=204)
