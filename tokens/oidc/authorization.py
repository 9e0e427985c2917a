"""An authorization request, checked (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1).

Whatever names no client or redirect URI of ours is shown to whoever sits there; every
other fault goes back to the client, with `state` and `iss` (RFC 9207).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.conf import settings
from django.http import HttpRequest

from config.errors import InvalidInput
from tenants.admission import Target
from tenants.models import Application
from tokens import keyring
from tokens.errors import TokenInvalid
from tokens.jwts import IdToken
from tokens.oidc import targets
from tokens.oidc.errors import (
    RequestNotSupported,
    RequestUriNotSupported,
    UnsupportedResponseType,
    translated,
)
from tokens.oidc.requests import Request, parsed
from tokens.oidc.server import server

PATH = "/oauth/authorize"
PROMPTS = {"none", "login", "consent", "select_account", "create"}
MODES = ("query", "form_post")
READ = frozenset(
    "client_id response_type redirect_uri response_mode scope state nonce resource audience "
    "code_challenge code_challenge_method prompt max_age login_hint id_token_hint "
    "acr_values ui_locales connection".split()
)
_LONGEST = {"nonce": 512, "login_hint": 254, "id_token_hint": 8192}
_LONGEST_OTHER = 2048


class Unanswerable(Exception):
    """A request that must not be answered by a redirect. `error` says why."""

    def __init__(self, error: OAuth2Error) -> None:
        self.error = error
        super().__init__(error)


@dataclass(frozen=True)
class Return:
    """Where the answer goes, and how."""

    redirect_uri: str
    state: str
    mode: str

    def parameters(self, answer: Mapping[str, str]) -> dict[str, str]:
        """Return what the client is told: the answer, its `state`, and who we are."""
        state = {"state": self.state} if self.state else {}
        return {**answer, **state, "iss": settings.ISSUER}

    def url(self, answer: Mapping[str, str]) -> str:
        """Return where a browser is sent with the answer in the query."""
        return joined(self.redirect_uri, self.parameters(answer))

    @property
    def origin(self) -> str:
        """What a page's `form-action` must allow: an origin, or a scheme."""
        parts = urlsplit(self.redirect_uri)
        if parts.scheme in ("http", "https"):
            return f"{parts.scheme}://{parts.netloc}"
        return f"{parts.scheme}:"


class Refused(Exception):
    """A request that its client is told no about."""

    def __init__(
        self,
        back: Return,
        error: OAuth2Error,
    ) -> None:
        self.back, self.error = back, error
        super().__init__(back, error)

    @property
    def answer(self) -> dict[str, str]:
        """What the client is told."""
        return {name: str(value) for name, value in self.error.get_body() if value}


@dataclass(frozen=True)
class Asked:
    """A good request: what is asked for, and under which conditions."""

    application: Application
    target: Target
    back: Return
    code_challenge: str
    nonce: str
    prompts: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    hinted_sub: str


def read(
    parameters: Mapping[str, str],
    *,
    pushed: bool = False,
) -> Asked:
    """Return the request that `parameters` make.

    `pushed` tells that their client left them here (RFC 9126). Raises `Unanswerable` and
    `Refused`.
    """
    request = Request("GET", PATH, parameters)
    application, back = _whose(request)
    try:
        _refuse_response_type(parameters)
        _refuse_objects(parameters, application, pushed)
        grant = server.get_authorization_grant(request)
        grant.validate_authorization_request()
        return _asked(parameters, application, back)
    except InvalidInput as refusal:
        raise Refused(back, translated(refusal)) from None
    except OAuth2Error as error:
        raise Refused(back, error) from None


def _whose(request: Request) -> tuple[Application, Return]:
    """Return the client, and where its answer goes; raises `Unanswerable`."""
    given = request.form
    client = server.query_client(given.get("client_id", ""))
    uri = given.get("redirect_uri", "")
    if client is None:
        raise Unanswerable(InvalidRequestError("The client_id is unknown."))
    if not uri:
        raise Unanswerable(InvalidRequestError("The request names no redirect_uri."))
    if not client.check_redirect_uri(uri):
        raise Unanswerable(
            InvalidRequestError("The redirect_uri is not registered for this client.")
        )
    mode, state = given.get("response_mode", "query"), given.get("state", "")
    known = mode if mode in MODES else "query"
    if not uri.startswith(("http://", "https://")):
        known = "query"
    back = Return(uri, state if len(state) <= _LONGEST_OTHER else "", known)
    return client.application, back


def _refuse_response_type(parameters: Mapping[str, str]) -> None:
    """Say no before Authlib does: its error repeats what was sent, and fails on an umlaut."""
    if "response_type" not in parameters:
        raise InvalidRequestError("The request names no response_type.")
    if parameters["response_type"] != "code":
        raise UnsupportedResponseType


def _refuse_objects(
    parameters: Mapping[str, str],
    application: Application,
    pushed: bool,
) -> None:
    if "request" in parameters:
        raise RequestNotSupported
    if "request_uri" in parameters:
        raise RequestUriNotSupported
    if application.require_pushed_authorization_requests and not pushed:
        raise InvalidRequestError("This client must push its requests (RFC 9126).")


def _asked(
    given: Mapping[str, str],
    application: Application,
    back: Return,
) -> Asked:
    for name in READ & given.keys():
        if len(given[name]) > _LONGEST.get(name, _LONGEST_OTHER):
            raise InvalidRequestError(f"The parameter {name} is too long.")
    if given.get("response_mode", back.mode) != back.mode:
        raise InvalidRequestError("Only the response_mode query and form_post work.")
    return Asked(
        application=application,
        target=targets.asked_for(
            application,
            scope=given.get("scope", ""),
            resource=given.get("resource", given.get("audience", "")),
        ),
        back=back,
        code_challenge=given["code_challenge"],
        nonce=given.get("nonce", ""),
        prompts=_prompts(given),
        max_age=_max_age(given),
        acr_values=tuple(given.get("acr_values", "").split()),
        hinted_sub=_hinted(given, application),
    )


def _prompts(given: Mapping[str, str]) -> frozenset[str]:
    found = frozenset(given.get("prompt", "").split())
    if found - PROMPTS or ("none" in found and len(found) > 1):
        raise InvalidRequestError("The prompt is unknown, or none beside others.")
    return found


def _max_age(given: Mapping[str, str]) -> int | None:
    text = given.get("max_age")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidRequestError("The max_age is no number of seconds.")
    return int(text)


def _hinted(
    given: Mapping[str, str],
    application: Application,
) -> str:
    """Return whom an `id_token_hint` names: our own token, for this client, maybe expired."""
    if "id_token_hint" not in given:
        return ""
    try:
        claims: dict[str, Any] = IdToken.hinted(
            given["id_token_hint"], ring=keyring.current()
        )
    except TokenInvalid:
        raise InvalidRequestError("The id_token_hint is not ours.") from None
    if claims["aud"] != application.client_id:
        raise InvalidRequestError("The id_token_hint is another client's.")
    return str(claims["sub"])


def joined(
    uri: str,
    parameters: Mapping[str, str],
) -> str:
    """Return a URI with parameters added to its query."""
    if not parameters:
        return uri
    joint = "&" if urlsplit(uri).query else "?"
    if uri.endswith(("?", "&")):
        joint = ""
    return f"{uri}{joint}{urlencode(parameters)}"


def posted_or_queried(request: HttpRequest) -> bytes:
    """Return the parameters as they came: of the query, or of a form (section 3.1.2.1)."""
    if request.method == "POST":
        return request.body
    text: str = request.META.get("QUERY_STRING", "")
    return text.encode("ascii", "replace")


def parameters_of(text: bytes) -> dict[str, str]:
    """Return the parameters of a request; raises `Unanswerable`."""
    try:
        return parsed(text)
    except OAuth2Error as error:
        raise Unanswerable(error) from None
