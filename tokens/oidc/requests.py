"""A request at `/oauth/` as Authlib reads one: its parameters, each at most once.

The URI is the configured issuer's, whatever the Host said (Authlib refuses plain http off
loopback by it).
"""

from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Payload, OAuth2Request
from django.conf import settings
from django.http import HttpRequest
from typing_extensions import override

FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 64 * 1024
MOST_PARAMETERS = 60


class Payload(OAuth2Payload):
    """The parameters of a request."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.parameters = dict(parameters)

    @property
    @override
    def data(self) -> dict[str, str]:
        return self.parameters

    @property
    @override
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, {name: [v] for name, v in self.parameters.items()})


class Request(OAuth2Request):
    """A request: what Authlib's grants are given."""

    def __init__(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str],
        authorization: str = "",
    ) -> None:
        headers = {"Authorization": authorization} if authorization else {}
        super().__init__(method, f"{settings.ISSUER}{path}", headers=headers)
        self.payload = Payload(parameters)

    @property
    @override
    def args(self) -> dict[str, str]:
        return {}

    @property
    @override
    def form(self) -> dict[str, str]:
        return dict(self.payload.parameters)


def posted(request: HttpRequest) -> Request:
    """Return what a client POSTs to one of our endpoints, as a form (RFC 6749 section 3.2).

    Nothing is taken from the query: what stands there ends up in logs (RFC 6750 section
    5.3). Raises `InvalidRequestError`.
    """
    if request.META.get("QUERY_STRING"):
        raise InvalidRequestError("Parameters belong into the body.")
    if request.content_type != FORM:
        raise InvalidRequestError(f"Expected a body of {FORM}.")
    body = request.body
    if len(body) > MOST_BYTES:
        raise InvalidRequestError("The body is too large.")
    return Request(
        "POST",
        request.path,
        parsed(body),
        request.headers.get("Authorization", ""),
    )


def parsed(text: bytes) -> dict[str, str]:
    """Return the parameters of a form or query; one without a value counts as omitted.

    Raises `InvalidRequestError` for one that stands twice (RFC 6749 section 3.1), and for
    what is no UTF-8.
    """
    try:
        pairs = parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise InvalidRequestError("The parameters are malformed.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidRequestError("A parameter stands twice.")
        if "\x00" in value or "\x00" in name:
            raise InvalidRequestError("The parameters hold NUL.")
        found[name] = value
    return {name: value for name, value in found.items() if value}
