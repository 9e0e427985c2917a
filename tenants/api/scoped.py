"""What the management views share: the scope `manage`, pages, shown-once answers."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.api.permissions import ManageScope
from config.pagination import CursorPagination


class ManageView(APIView):
    """A management endpoint."""

    permission_classes = [ManageScope]


def page(
    view: APIView,
    request: Request,
    found: QuerySet[Any],
    output: type[Serializer[Any]],
) -> Response:
    """Return one cursor page, newest first."""
    pages = CursorPagination()
    rows = pages.paginate_queryset(found, request, view=view)
    return pages.get_paginated_response(output(rows, many=True).data)


def shown_once(
    shown: dict[str, Any],
    *,
    secret: str | None,
) -> Response:
    """Return a 201 that nobody may store: `client_secret` is in no other answer."""
    answer = Response({**shown, "client_secret": secret}, status=201)
    answer["Cache-Control"] = "no-store"
    return answer
