"""What somebody is asked at a provider, and what it vouches for."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from accounts import addresses
from social import providers
from social.errors import UpstreamFault
from social.models import Connection

_LONGEST_SUBJECT = 255
_LONGEST_NAME = 150
_TOKENS = ("access_token", "refresh_token", "id_token", "expires_in", "scope")


@dataclass(frozen=True)
class Asked:
    """One way to a provider: what comes back has to fit.

    `fresh` asks it for a new proof of who somebody is, since `began` (Unix seconds).
    """

    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    fresh: bool = False
    began: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What came back: an authorization code, and the name that Apple tells once."""

    code: str
    name: str = ""


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouches for.

    `verified`: it says that it proved `email`, and the connection believes it. `tokens` are
    its own, and empty unless the connection keeps them.
    """

    subject: str
    email: str = ""
    verified: bool = False
    name: str = ""
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)


def authorization_url(
    connection: Connection,
    endpoint: str,
    asked: Asked,
) -> str:
    """Return where a browser is sent (RFC 6749 section 4.1.1, RFC 7636 section 4.3)."""
    preset = providers.preset_of(connection)
    parameters = {
        "response_type": "code",
        "client_id": connection.client_id,
        "redirect_uri": asked.redirect_uri,
        "scope": " ".join(providers.scopes_of(connection)),
        "state": asked.state,
        **preset.extra,
    }
    if preset.nonce:
        parameters["nonce"] = asked.nonce
    if preset.pkce:
        digest = hashlib.sha256(asked.verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        parameters |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    if asked.fresh:
        parameters |= preset.fresh
    joint = "&" if urlsplit(endpoint).query else "?"
    return f"{endpoint}{joint}{urlencode(parameters)}"


def exchange_form(
    connection: Connection,
    asked: Asked,
    answer: Answer,
) -> dict[str, str]:
    """Return the exchange of a code (RFC 6749 section 4.1.3), without the client's proof."""
    form = {
        "grant_type": "authorization_code",
        "code": answer.code,
        "redirect_uri": asked.redirect_uri,
    }
    if providers.preset_of(connection).pkce:
        form["code_verifier"] = asked.verifier
    return form


def vouched(
    connection: Connection,
    *,
    subject: str,
    address: tuple[str, bool],
    name: str,
    tokens: dict[str, Any],
) -> Vouched:
    """Return whom a provider vouches for, with what of it can be used here.

    `address` is an e-mail address and whether the provider calls it verified. What is no
    address, and a name that is too long, are left out. Raises `UpstreamFault` for a subject
    that cannot be kept: OpenID Connect Core section 2 has them of 255 characters at most.
    """
    if not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise UpstreamFault("sub", "not one that can be kept")
    email, verified = address
    try:
        email = addresses.display(email)
    except ValueError:
        email, verified = "", False
    kept = (
        {k: tokens[k] for k in _TOKENS if k in tokens}
        if connection.keeps_tokens
        else {}
    )
    return Vouched(
        subject=subject,
        email=email,
        verified=verified and connection.trusts_email,
        name=name if len(name) <= _LONGEST_NAME and name.isprintable() else "",
        tokens=kept,
    )
