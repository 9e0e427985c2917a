"""How often one caller may use the API; named by REST_FRAMEWORK's settings.

Only who is signed in is counted, by who they are and never by address. The token paths
authenticate nobody and count failures themselves: they pay nothing here.
"""

from typing import TYPE_CHECKING, Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from typing_extensions import override

from accounts import limits

if TYPE_CHECKING:  # it reads the setting that names this module
    from rest_framework.views import APIView


class CallerThrottle(BaseThrottle):
    """`LIMIT_API_CALLER` per user, or per application where no person stands behind.

    Raises `TooManyRequests` itself, which knows when to come back.
    """

    @override
    def allow_request(
        self,
        request: Request,
        view: "APIView",
    ) -> bool:
        if request.auth is None:
            return True
        principal: Any = request.auth
        person = getattr(request.user, "pk", None)
        if person is not None:
            limits.hit("api_caller", "user", str(person))
        else:
            limits.hit("api_caller", "application", principal.client_id)
        return True
