"""The exchanges with the issuer, without input or output of their own.

Each is a generator: it yields a request, is sent the response (or thrown `Unreachable`),
or yields a `Flight` of another to wait for, and returns its result. `clients` drives it, blocking or not.
"""

import base64
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode

from ntt_auth._http import Request, Response
from ntt_auth.errors import (
    ConfigurationError,
    KeysUnavailable,
    ServerUnavailable,
)
from ntt_auth.jose import encoding
from ntt_auth.jose.keys import Key
from ntt_auth.oidc import asking, statements
from ntt_auth.oidc.asking import Pending
from ntt_auth.oidc.errors import LogoutTokenInvalid, RefreshRefused, SignInFailed
from ntt_auth.oidc.keyring import Flight, Keyring
from ntt_auth.oidc.tokens import Tokens

T = TypeVar("T")
Flow = Generator[Request | Flight, Any, T]
_CLIENT = "Look at client id and secret."
_MENDED_BY = {
    "invalid_client": _CLIENT,
    "unauthorized_client": _CLIENT,
    "invalid_target": "Name the scopes of the API when signing in: consent is needed.",
}


@dataclass
class Party:
    """One client of one issuer, and the keys that it has seen."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    timeout: float
    keyring: Keyring = field(default_factory=Keyring, repr=False)

    def url(self, path: str) -> str:
        """Return an endpoint."""
        return f"{self.issuer}{path}"

    def expected(self) -> statements.Expected:
        """Return what a statement to this client must say."""
        return statements.Expected(self.issuer, self.client_id, time.time())

    def post(
        self,
        path: str,
        form: Mapping[str, str],
    ) -> Request:
        """Return a form, authenticated by Basic or by name alone (RFC 6749 section 2.3.1)."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.client_secret:
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
            headers["Authorization"] = (
                f"Basic {base64.b64encode(pair.encode()).decode()}"
            )
        else:
            form = {**form, "client_id": self.client_id}
        body = urlencode(form).encode()
        return Request("POST", self.url(path), headers, body, timeout=self.timeout)


def exchange(
    party: Party,
    pending: Pending,
    given: Mapping[str, str],
) -> Flow[Tokens]:
    """Return the tokens for what the browser brought back (OpenID Connect Core 3.1.3)."""
    code = check_callback(party, pending, given)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": pending.redirect_uri,
        "code_verifier": pending.code_verifier,
    }
    began = time.time()
    answer = yield party.post("/oauth/token", form)
    if answer.status != 200:
        raise _refusal(answer, SignInFailed)
    body = _object(answer)
    return (yield from _received(party, body, began, pending=pending))


def check_callback(
    party: Party,
    pending: Pending,
    given: Mapping[str, str],
) -> str:
    """Return the code; raises `SignInFailed` (RFC 6749 10.12, RFC 9207)."""
    if not statements.same(str(given.get("state", "")), pending.state):
        raise SignInFailed(
            "This is not the sign-in that began here.", code="state_mismatch"
        )
    if given.get("iss") != party.issuer:
        raise SignInFailed(f"Expected iss {party.issuer}.", code="issuer_mismatch")
    age = time.time() - pending.created
    if not -statements.LEEWAY_SECONDS <= age <= asking.LIVES_SECONDS:
        raise SignInFailed("It took too long.", code="sign_in_expired")
    if given.get("error"):
        raise SignInFailed(_said(given), code=_word(given["error"]))
    code = given.get("code")
    if not isinstance(code, str) or not code:
        raise SignInFailed("There is no code.")
    return code


def refresh(
    party: Party,
    refresh_token: str,
    subject: str | None = None,
    resource: str = "",
) -> Flow[Tokens]:
    """Return the next pair; an ID token that comes with it must be of `subject`.

    Where no key tells whether it is genuine, the pair comes without it: the token before
    is spent, and whoever sends it again later is taken for a thief.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    if resource:
        form["resource"] = resource
    began = time.time()
    answer = yield party.post("/oauth/token", form)
    if answer.status != 200:
        raise _refusal(answer, RefreshRefused)
    body = _object(answer)
    return (yield from _received(party, body, began, subject=subject))


def user_info(
    party: Party,
    access_token: str,
    subject: str,
) -> Flow[dict[str, Any]]:
    """Return what is true now (OpenID Connect Core 5.3); `sub` must be the same."""
    headers = {"Authorization": f"Bearer {access_token}"}
    url = party.url("/oauth/userinfo")
    answer = yield Request("GET", url, headers, timeout=party.timeout)
    if answer.status != 200:
        raise _refusal(answer, RefreshRefused)
    found = _object(answer)
    if found.get("sub") != subject:
        raise SignInFailed("UserInfo is of somebody else.")
    return found


def logged_out(
    party: Party,
    logout_token: str,
) -> Flow[statements.LoggedOut]:
    """Return whose session ended; raises `LogoutTokenInvalid`."""
    try:
        statement = statements.take_apart(logout_token)
    except ValueError as error:
        raise LogoutTokenInvalid(str(error)) from None
    key = yield from _key(party, statement.kid)
    return statements.verify_logout_token(statement, key, party.expected())


def _received(
    party: Party,
    body: Mapping[str, Any],
    began: float,
    *,
    pending: Pending | None = None,
    subject: str | None = None,
) -> Flow[Tokens]:
    access, lives = body.get("access_token"), body.get("expires_in")
    if (
        not isinstance(access, str)
        or str(body.get("token_type", "")).lower() != "bearer"
    ):
        raise SignInFailed("Expected a Bearer access token.")
    if isinstance(lives, bool) or not isinstance(lives, int | float) or lives <= 0:
        raise SignInFailed("Expected expires_in in seconds.")
    id_token = body.get("id_token")
    claims: Mapping[str, Any] = {}
    if id_token is not None or pending is not None:
        claims = yield from _identity(party, id_token, pending, access)
        said = claims or _unbelieved(id_token)
        if subject is not None and said.get("sub") != subject:
            raise SignInFailed("It is of somebody else.", code="id_token_invalid")
    renewed = body.get("refresh_token")
    return Tokens(
        access_token=access,
        expires_at=began + lives,
        scope=str(body.get("scope", "")),
        refresh_token=renewed if isinstance(renewed, str) else None,
        id_token=id_token if isinstance(id_token, str) and claims else None,
        claims=claims,
    )


def _identity(
    party: Party,
    id_token: object,
    pending: Pending | None,
    access_token: str,
) -> Flow[Mapping[str, Any]]:
    try:
        statement = statements.take_apart(id_token)
    except ValueError as error:
        raise SignInFailed(str(error), code="id_token_invalid") from None
    try:
        key = yield from _key(party, statement.kid)
    except KeysUnavailable:
        if pending is not None:
            raise
        key = None
    if key is None and pending is None:
        return {}
    return statements.verify_id_token(
        statement, key, party.expected(), pending=pending, access_token=access_token
    )


def _unbelieved(id_token: object) -> Mapping[str, Any]:
    """Return what an ID token says that nobody could check: good to refuse it by."""
    try:
        return encoding.read_object(statements.take_apart(id_token).payload)
    except ValueError:
        return {}


def _key(
    party: Party,
    kid: str,
) -> Flow[Key | None]:
    """Return a key of the issuer; see `Keyring.find`."""
    url = party.url("/.well-known/jwks.json")
    return (yield from party.keyring.find(kid, url, party.timeout))


def _object(answer: Response) -> dict[str, Any]:
    try:
        return encoding.read_object(answer.body)
    except ValueError:
        raise ServerUnavailable("Expected JSON from the issuer.") from None


def _refusal(
    answer: Response,
    refused: type[SignInFailed] | type[RefreshRefused],
) -> Exception:
    """Return what a refusal of the token endpoint means (RFC 6749 section 5.2)."""
    after = answer.headers.get("retry-after", "")
    if answer.status == 429 or answer.status >= 500 or answer.status in range(300, 400):
        wait = float(after) if after.isdigit() else None
        return ServerUnavailable(f"It answered {answer.status}.", retry_after=wait)
    try:
        said = encoding.read_object(answer.body)
    except ValueError:
        return ServerUnavailable(f"It answered {answer.status} without JSON.")
    action = _MENDED_BY.get(str(said.get("error")))
    if action is not None:
        return ConfigurationError(_said(said), code=_word(said["error"]), action=action)
    return refused(_said(said), code=_word(said.get("error", "")))


def _said(given: Mapping[str, Any]) -> str:
    """Return the issuer's words, bounded and printable."""
    text = str(given.get("error_description") or given.get("error") or "refused")
    return "".join(char if " " <= char <= "~" else "?" for char in text[:200])


def _word(text: object) -> str:
    found = str(text)[:64]
    return found if found.replace("_", "").isalnum() and found.isascii() else ""
