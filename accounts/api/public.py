"""What the endpoints share whose caller has no token: bad proofs are counted."""

from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts import limits, lockouts
from accounts.errors import LinkInvalid
from config.errors import NotAuthenticated

_BAD_TOKEN = ("token_", "refresh_token_", "flow_", "provider_refused")


class PublicView(APIView):
    """An endpoint whose caller proves themselves in the body. Bad proofs are counted."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @override
    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(after_failure(exc))


def after_failure(exc: Exception) -> Exception:
    """Count a refusal of a bad token or link; return what to answer: it, or a 429."""
    bad_token = isinstance(exc, NotAuthenticated) and exc.code.startswith(_BAD_TOKEN)
    if bad_token or isinstance(exc, LinkInvalid):
        return count_failure() or exc
    return exc


def count_failure() -> Exception | None:
    """Count a bad token of this address; return the refusal once there are too many."""
    try:
        limits.hit("token_failures_ip", lockouts.caller())
    except limits.TooManyRequests as refusal:
        return refusal
    return None
