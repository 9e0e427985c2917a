"""What every view asks of its request: the valid body, the person behind it."""

from typing import Any

from rest_framework.request import Request

from accounts.models import User
from config.errors import Forbidden
from config.serializers import StrictSerializer


def given(
    form: type[StrictSerializer],
    request: Request,
) -> dict[str, Any]:
    """Return the validated body; a fault is a 400 problem that points at each field."""
    serializer = form(data=request.data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def caller(request: Request) -> User:
    """Return the person who calls; an application without one is refused."""
    if not isinstance(request.user, User):
        raise Forbidden("Only a person may do this.")
    return request.user
