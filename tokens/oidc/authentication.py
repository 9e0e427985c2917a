"""Which client calls, and whether it is (RFC 6749 section 2.3, RFC 7523 section 2.2).

One way at a time, and the one that the client is registered for. Whatever is wrong, the
answer is the same; failures are counted per IP and written down.
"""

import base64
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from accounts import limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from tenants.errors import InvalidClient
from tenants.models import Application
from tenants.services import secrets
from tokens.oidc.assertions import ClientAssertion
from tokens.oidc.clients import Client, methods_of
from tokens.oidc.requests import Request

_MOST = 64


def authenticate(request: Request) -> Client:
    """Return the client of a request. Sets `request.auth_method` and `request.client`.

    Raises `InvalidClientError`, `InvalidRequestError` where several ways are tried at
    once, and `TooManyRequests`.
    """
    method = _method_of(request)
    try:
        client = _WAYS[method](request)
        if client is None or method not in methods_of(client.application):
            raise _refusal(method)
        _same_id(request, client)
    except InvalidClientError:
        _note_failure(request, method)
        raise _refusal(method) from None
    request.auth_method, request.client = method, client
    return client


def find(client_id: str) -> Client | None:
    """Return the client of an id, unless it or its tenant is suspended."""
    if not client_id or len(client_id) > _MOST or "\x00" in client_id:
        return None
    rows = Application.objects.select_related("tenant")
    row = rows.filter(
        client_id=client_id,
        suspended_at=None,
        tenant__suspended_at=None,
    ).first()
    return Client(row) if row is not None else None


def _method_of(request: Request) -> str:
    form = request.form
    shown = [
        ("client_secret_basic", request.headers.get("Authorization", "")),
        ("private_key_jwt", form.get("client_assertion")),
        ("client_secret_post", form.get("client_secret")),
    ]
    used = [name for name, value in shown if value]
    if len(used) > 1:
        raise InvalidRequestError("Authenticate in one way only.")
    return used[0] if used else "none"


def _by_basic(request: Request) -> Client | None:
    return _by_secret(*_basic(request))


def _basic(request: Request) -> tuple[str, str]:
    """Return id and secret of the header, each form-encoded (section 2.3.1)."""
    scheme, _, encoded = request.headers["Authorization"].partition(" ")
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        return "", ""
    if scheme.lower() != "basic":
        return "", ""
    client_id, _, secret = plain.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _by_post(request: Request) -> Client | None:
    return _by_secret(request.form.get("client_id", ""), request.form["client_secret"])


def _by_secret(
    client_id: str,
    secret: str,
) -> Client | None:
    if not client_id or not secret or "\x00" in client_id:
        return None
    try:
        return Client(secrets.authenticate_secret(client_id, secret))
    except InvalidClient:
        return None


def _by_assertion(request: Request) -> Client | None:
    found: Client | None = ClientAssertion()(find, request)
    return found


def _public(request: Request) -> Client | None:
    return find(request.form.get("client_id", ""))


_WAYS = {
    "client_secret_basic": _by_basic,
    "client_secret_post": _by_post,
    "private_key_jwt": _by_assertion,
    "none": _public,
}


def _same_id(
    request: Request,
    client: Client,
) -> None:
    named = request.form.get("client_id")
    if named is not None and named != client.get_client_id():
        raise InvalidClientError


def _refusal(method: str) -> InvalidClientError:
    status = 401 if method == "client_secret_basic" else 400
    return InvalidClientError("The client is not authenticated.", status_code=status)


def _note_failure(
    request: Request,
    method: str,
) -> None:
    limits.hit("token_failures_ip", lockouts.caller())
    basic = method == "client_secret_basic"
    named = _basic(request)[0] if basic else request.form.get("client_id", "")
    client = find(named)
    application = client.application if client else None
    record(
        Action.CLIENT_REFUSED,
        acting=Party("application", label="whoever called"),
        target=application,
        tenant_id=application.tenant_id if application else None,
        succeeded=False,
        outcome=f"client refused, method {method}",
    )
