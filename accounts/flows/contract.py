"""The one conversation with allauth: its headless endpoints, called in process.

Coupled to the documented JSON contract (`/_allauth/app/v1/...`), never to internals: a
test walks it. No Django session outlives a finished flow; a pending one is kept, and its
key is the `flow_token`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.core.context import request_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import HttpRequest, QueryDict
from django.urls import get_resolver
from django.utils import timezone
from typing_extensions import override

from accounts.backends import SESSION_KEY, Attempt
from accounts.errors import InvalidCredentials, PasswordRefused
from config.errors import InvalidInput, ServiceError, TooManyRequests, Unavailable
from config.sessions import FlowStore, SessionStore

AMR = {"password": "pwd", "totp": "otp", "recovery_codes": "otp", "webauthn": "pop"}
VERIFY_EMAIL = "email_verification_required"
FLOW_SECONDS = 3600  # how long a flow may wait for its next step
_TOO_MANY = {"too_many_login_attempts", "rate_limited"}


@dataclass(frozen=True)
class Authenticated:
    """The person is proven: what a token needs to know.

    `amr` holds RFC 8176 values, `state` is what the flow kept.
    """

    user_id: UUID
    amr: tuple[str, ...]
    auth_time: datetime
    state: dict[str, str] = field(default_factory=dict)

    @classmethod
    def now(
        cls,
        user_id: UUID,
        *,
        amr: Iterable[str],
        state: dict[str, str],
    ) -> "Authenticated":
        """Return the proof of this moment."""
        values = tuple(dict.fromkeys(amr))
        return cls(user_id, amr=values, auth_time=timezone.now(), state=state)


@dataclass(frozen=True)
class Pending:
    """A further step is needed: `code` as in the 401, `methods` are the ways to take it."""

    code: str
    flow_token: str
    methods: tuple[str, ...]

    @property
    def extra(self) -> dict[str, Any]:
        """What the answer tells besides its code."""
        return {"flow_token": self.flow_token, "methods": list(self.methods)}


class TokenStrategy(SessionTokenStrategy):  # type: ignore[misc]
    """Tells who signed in, instead of handing out allauth's own tokens."""

    @override
    def create_session_token(self, request: HttpRequest) -> str:
        """Keep what the flow must remember; a finished flow keeps nothing."""
        if request.user.is_authenticated:
            return ""
        attempt: Attempt | None = getattr(request, "attempt", None)
        if attempt is not None and SESSION_KEY not in request.session:
            begun = FlowStore()
            begun.update(dict(request.session.items()))
            begun[SESSION_KEY] = attempt.kept()
            begun.set_expiry(FLOW_SECONDS)
            request.session = begun
        token: str = super().create_session_token(request)
        return token

    @override
    def lookup_session(self, session_token: str) -> Any:
        """Return the session of one of our flows; a browser's session is none."""
        session = FlowStore(session_key=session_token)
        return session if SESSION_KEY in session else None

    @override
    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any]:
        steps = get_authentication_records(request, request.user)
        kept = request.session.get(SESSION_KEY) or {}
        request.session.flush()
        return {"user_id": str(request.user.pk), "amr": _amr(steps), "kept": kept}


def take(
    step: str,
    body: dict[str, Any],
    attempt: Attempt,
    *,
    flow_token: str = "",
) -> Authenticated | Pending:
    """Take one step of a flow (`auth/login`, ...) and return where it stands.

    Raises `InvalidCredentials`, `TooManyRequests`, `InvalidInput`, `PasswordRefused`.
    """
    request = _request(body, flow_token)
    request.attempt = attempt  # type: ignore[attr-defined]
    try:
        return _outcome(_call(step, request), attempt)
    except ServiceError:
        if not flow_token:
            request.session.flush()  # a refusal begins no flow
        raise


def ask(
    step: str,
    body: dict[str, Any] | None = None,
    *,
    flow_token: str,
    method: str = "POST",
) -> dict[str, Any]:
    """Have allauth do something in a pending flow of ours; return its answer.

    A 404 is an answer too: it is how a new TOTP secret comes. Raises as `take` does.
    """
    request = _request(body or {}, flow_token)
    request.method = method
    path, _, query = step.partition("?")
    request.GET = QueryDict(query)
    request.attempt = Attempt()  # type: ignore[attr-defined]
    answer = _call(path, request)
    if answer["status"] not in (200, 404):
        _refuse(answer)
    return answer


def kept_by(flow_token: str) -> dict[str, Any] | None:
    """Return what a pending flow of ours keeps (`Attempt.kept`); None where it is over."""
    session = TokenStrategy().lookup_session(flow_token)
    kept: dict[str, Any] | None = session[SESSION_KEY] if session else None
    return kept


def hold(flow_token: str) -> bool:
    """Hold a flow to the end of the transaction: its steps come one after the other.

    allauth reads, changes and writes the flow's session: two steps at once would lose a
    count of wrong codes, or bring a replaced code back. False where the flow is over.
    """
    rows = FlowStore.get_model_class().objects.filter(
        session_key=FlowStore.row_key(flow_token), expire_date__gt=timezone.now()
    )
    return bool(rows.update(expire_date=F("expire_date")))


def _call(
    step: str,
    request: HttpRequest,
) -> dict[str, Any]:
    """Call one of allauth's documented endpoints in process; return its JSON."""
    view = _view(step)
    with request_context(request):
        try:
            response = view.func(request, *view.args, **view.kwargs)
        except ImmediateHttpResponse as early:
            response = early.response
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return {"status": response.status_code}
    return answer


@lru_cache(maxsize=32)
def _view(step: str) -> Any:
    return get_resolver("allauth.headless.urls").resolve(f"/app/v1/{step}")


def _request(
    body: dict[str, Any],
    flow_token: str,
) -> HttpRequest:
    """Return the request that allauth's app client would have sent to our issuer."""
    issuer = urlsplit(settings.ISSUER)
    raw = json.dumps(body).encode()
    request = HttpRequest()
    request.method = "POST"
    request.META = {
        "SERVER_NAME": issuer.hostname or "localhost",
        "SERVER_PORT": str(issuer.port or (443 if issuer.scheme == "https" else 80)),
        "HTTP_HOST": issuer.netloc or "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
    }
    if flow_token:
        request.META["HTTP_X_SESSION_TOKEN"] = flow_token
    request._body = raw
    request.session = SessionStore()
    request.user = AnonymousUser()
    request.allauth = SimpleNamespace()  # type: ignore[attr-defined]
    return request


def _outcome(
    answer: dict[str, Any],
    attempt: Attempt,
) -> Authenticated | Pending:
    """Turn allauth's answer into ours, or into a refusal of our own."""
    meta, data = answer.get("meta") or {}, answer.get("data") or {}
    if answer["status"] == 200 and "user_id" in meta:
        kept = meta["kept"]
        return Authenticated.now(
            UUID(meta["user_id"]),
            amr=kept.get("amr") or attempt.amr or meta["amr"],
            state=kept.get("state") or attempt.state,
        )
    for flow in data.get("flows") or ():
        if flow.get("is_pending") and flow["id"] == "verify_email":
            token = meta.get("session_token", "")
            return Pending(VERIFY_EMAIL, flow_token=token, methods=("email_code",))
    _refuse(answer)


def _refuse(answer: dict[str, Any]) -> NoReturn:
    """Raise what a refusal of allauth means to our callers."""
    codes = {error.get("code") for error in answer.get("errors") or ()}
    if answer["status"] == 429 or codes & _TOO_MANY:
        raise TooManyRequests(retry_after=60)
    if answer["status"] == 401 or "email_password_mismatch" in codes:
        raise InvalidCredentials
    if answer["status"] in (409, 410):
        raise InvalidCredentials("This sign-in is over. Begin again.")
    for error in answer.get("errors") or ():
        fault: ServiceError = InvalidInput.at(
            error.get("param", "email"), code=error["code"], detail=error["message"]
        )
        if error.get("param") == "password":
            fault = PasswordRefused.because(error["code"], detail=error["message"])
        raise fault
    raise Unavailable(f"The sign-in answered {answer['status']}.", retry_after=1)


def _amr(steps: list[dict[str, Any]]) -> list[str]:
    """Return RFC 8176 values of the steps taken; a sign-up chose a password."""
    found = [AMR.get(s["method"], s["method"]) for s in steps]
    return list(dict.fromkeys(found)) or ["pwd"]
