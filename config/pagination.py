"""Lists are cursor pages: `{data, next_cursor, has_more}`, stable under inserts.

A cursor is the last row's key, signed: opaque, and good for one list only.
"""

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from config.errors import InvalidInput, ServiceError

DEFAULT_LIMIT = 50
MOST = 100
_LONGEST = 300


class InvalidCursor(ServiceError):
    """The cursor is none that this list gave."""

    code = "invalid_cursor"
    title = "The cursor is not one of this list."


class CursorPagination(BasePagination):
    """Pages through a queryset by a unique field, newest first (`-id`)."""

    ordering = "-id"

    @property
    def _field(self) -> str:
        return self.ordering.lstrip("-")

    @override
    def paginate_queryset(
        self,
        queryset: Any,
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        limit = self._limit(request)
        self._salt = f"cursor:{request.path}"
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            comparison = "lt" if self.ordering.startswith("-") else "gt"
            after = self._position(cursor, queryset.model)
            queryset = queryset.filter(**{f"{self._field}__{comparison}": after})
        rows = list(queryset.order_by(self.ordering)[: limit + 1])
        self.has_more = len(rows) > limit
        self.rows = rows[:limit]
        return self.rows

    @override
    def get_paginated_response(self, data: Any) -> Response:
        cursor = None
        if self.has_more:
            last = getattr(self.rows[-1], self._field)
            cursor = signing.dumps(str(last), salt=self._salt)
        return Response(
            {"data": data, "next_cursor": cursor, "has_more": self.has_more}
        )

    @override
    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "next_cursor", "has_more"],
            "properties": {
                "data": schema,
                "next_cursor": {"type": ["string", "null"]},
                "has_more": {"type": "boolean"},
            },
        }

    def _limit(self, request: Request) -> int:
        given = request.query_params.get("limit")
        if given is None:
            return DEFAULT_LIMIT
        if not given.isascii() or not given.isdigit() or len(given) > 4:
            raise InvalidInput(f"`limit` is a number from 1 to {MOST}.")
        limit = int(given)
        if not 1 <= limit <= MOST:
            raise InvalidInput(f"`limit` is a number from 1 to {MOST}.")
        return limit

    def _position(
        self,
        cursor: str,
        model: type[Model],
    ) -> Any:
        if len(cursor) > _LONGEST:
            raise InvalidCursor
        try:
            value = signing.loads(cursor, salt=self._salt)
            if not isinstance(value, str):
                raise InvalidCursor
            field: Any = model._meta.get_field(self._field)
            return field.to_python(value)
        except (signing.BadSignature, ValidationError, ValueError, TypeError):
            raise InvalidCursor from None
