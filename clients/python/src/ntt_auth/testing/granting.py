"""The token endpoint, for an application that acts for itself (RFC 6749 section 4.4).

A test has no register of applications: any `client_id` is good with any secret, and all
that is asked for is granted. What the server would refuse is told by a script.
"""

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote_plus

from ntt_auth._http import Request, Response
from ntt_auth.testing.answers import answer

if TYPE_CHECKING:
    from ntt_auth.testing.tokens import Given, Tokens

_UNKEPT = {"cache-control": "no-store", "pragma": "no-cache"}
_GRANT = "client_credentials"
_UNPLAYED = (
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
)


def granted(
    request: Request,
    issuer: str,
    tokens: "Tokens",
) -> Response:
    """Return the answer to a request for a token."""
    told = parse_qs(request.body.decode("utf-8", "replace"))
    form = {name: values[-1] for name, values in told.items()}
    client_id, secret = _credentials(request, form)
    grant = form.get("grant_type", "")
    if not grant:
        return _refused("invalid_request", "Missing 'grant_type' in request.")
    if grant in _UNPLAYED:
        said = "The test kit plays client_credentials only: script an answer."
        return _refused("unauthorized_client", said)
    if grant != _GRANT:
        return _refused("unsupported_grant_type", "There is no such grant.")
    if not client_id or not secret:
        return _unknown("Authorization" in request.headers)
    asked: Given = {
        "client_id": client_id,
        "scopes": form.get("scope", "").split(),
        "claims": {"iss": issuer},
        "after_revocation": True,
    }
    if "resource" in form:
        asked["audience"] = form["resource"]
    token = tokens.service(**asked)
    said_of_it: dict[str, Any] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": token.claims["exp"] - token.claims["iat"],
        "scope": token.claims["scope"],
    }
    return answer(said_of_it, _UNKEPT)


def _credentials(
    request: Request,
    form: dict[str, str],
) -> tuple[str, str]:
    """Return both halves of a Basic header, or of the form (RFC 6749 section 2.3.1)."""
    scheme, _, pair = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _unknown(by_header: bool) -> Response:
    """Refuse a client; the challenge is for who sent a header (RFC 6749 section 5.2)."""
    told = {"error": "invalid_client", "error_description": "Not authenticated."}
    challenge = {"www-authenticate": 'Basic realm="testing"'} if by_header else {}
    return answer(told, _UNKEPT | challenge, 401 if by_header else 400)


def _refused(
    error: str,
    description: str,
    status: int = 400,
) -> Response:
    told = {"error": error} | (
        {"error_description": description} if description else {}
    )
    return answer(told, _UNKEPT, status)
