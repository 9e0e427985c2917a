"""The way out: where the browser is sent, and what has to be remembered of it."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from ntt_auth.errors import ConfigurationError

SCOPE = "openid profile email"
LIVES_SECONDS = 3600  # a person may be long in finding the password


@dataclass(frozen=True)
class Ask:
    """What may be asked of a sign-in (OpenID Connect Core 3.1.2.1).

    `acr_values` (`aal2`) asks for a second factor and `max_age` (seconds) for a recent
    sign-in: both are checked when the browser is back. `connection` leads straight to
    another provider, `login_hint` is an address to fill in, `resource` the API that the
    access token is for (RFC 8707).
    """

    scope: str = SCOPE
    acr_values: str = ""
    max_age: int | None = None
    prompt: str = ""
    connection: str = ""
    login_hint: str = ""
    ui_locales: str = ""
    resource: str = ""


@dataclass(frozen=True)
class Pending:
    """A sign-in that has begun. Keep it where only the same browser leads to it.

    It holds secrets: encrypt it, or keep it on the server. `created` is in Unix seconds.
    """

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    created: int
    acr_values: str = ""
    max_age: int | None = None

    def __repr__(self) -> str:
        """Tell no secret."""
        return f"Pending(redirect_uri={self.redirect_uri!r}, created={self.created})"

    def to_json(self) -> str:
        """Return it as text; `from_json` reads it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Pending":
        """Return what `to_json` wrote."""
        return cls(**json.loads(text))


def begin(
    authorization_endpoint: str,
    client_id: str,
    redirect_uri: str,
    ask: Ask,
) -> tuple[str, Pending]:
    """Return the address for the browser and what to keep; raises `ConfigurationError`.

    New each time: 256 bits of state and nonce, and a code verifier (RFC 7636, S256).
    """
    if "openid" not in ask.scope.split():
        raise ConfigurationError(
            f"The scope must contain openid, got {ask.scope!r}.",
            action="Without it there is no ID token, and nobody to sign in.",
        )
    pending = Pending(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        code_verifier=secrets.token_urlsafe(48),
        redirect_uri=redirect_uri,
        created=int(time.time()),
        acr_values=ask.acr_values,
        max_age=ask.max_age,
    )
    asked = {
        name: value for name, value in asdict(ask).items() if value not in ("", None)
    }
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": challenge(pending.code_verifier),
        "code_challenge_method": "S256",
        **asked,
    }
    return f"{authorization_endpoint}?{urlencode(query)}", pending


def challenge(code_verifier: str) -> str:
    """Return what goes out for a code verifier: S256 of RFC 7636 section 4.2."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
