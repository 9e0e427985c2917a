"""What a client asks for when it sends somebody here to sign out.

OpenID Connect RP-Initiated Logout 1.0, sections 2 to 4. A hint that is not ours is worth as
much as none; a client or a URI that is not registered is refused, and nothing ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidRequestError
from django.core import signing

from tenants.models import Application
from tokens import keyring
from tokens.errors import TokenInvalid
from tokens.jwts import IdToken
from tokens.models import Session
from tokens.oidc import authentication
from tokens.oidc.clients import is_registered
from tokens.standing import Standing

SECONDS = 3600  # that somebody may think about it
_SALT = "tokens.oidc.logout"
_LONGEST_STATE = 2048
_MEMBERS = ("client_id", "uri", "state", "sub", "sid")


@dataclass(frozen=True)
class Asked:
    """A good request: who asks, whom and which session the hint names, where to go then.

    `uri` is registered, or "". `sub` and `sid` are "" without a hint of ours.
    """

    application: Application | None
    uri: str = ""
    state: str = ""
    sub: str = ""
    sid: str = ""


def read(given: Mapping[str, str]) -> Asked:
    """Return the request that parameters make; raises `InvalidRequestError`."""
    claims = _hinted(given)
    client_id, aud = given.get("client_id", ""), str(claims.get("aud", ""))
    if client_id and aud and client_id != aud:
        raise InvalidRequestError("The id_token_hint is another client's.")
    found = {
        "client_id": client_id or aud,
        "uri": given.get("post_logout_redirect_uri", ""),
        "state": given.get("state", ""),
        "sub": str(claims.get("sub", "")),
        "sid": str(claims.get("sid", "")),
    }
    if client_id and authentication.find(client_id) is None:
        raise InvalidRequestError("The client_id is unknown.")
    return _checked(found)


def sealed(asked: Asked) -> str:
    """Return a request in a form that a browser may carry: only we can have made it.

    It opens no door: whoever shows it has to be signed in as whom it names.
    """
    application = asked.application
    members = {name: getattr(asked, name) for name in _MEMBERS[1:]}
    members["client_id"] = application.client_id if application else ""
    return signing.dumps(members, salt=_SALT, compress=True)


def opened(seal: str) -> Asked | None:
    """Return the request in a seal, as the client is registered now; None after an hour.

    Raises `InvalidRequestError`.
    """
    try:
        found = signing.loads(seal, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return _checked({name: str(found[name]) for name in _MEMBERS})


def names(
    asked: Asked,
    present: Standing,
) -> bool:
    """Tell whether a hint is of the login that the browser stands on.

    Its session may have ended, or be any of the login's; once its row is gone, nobody
    knows.
    """
    if not asked.sub or asked.sub != str(present.user_id):
        return False
    try:
        sid = UUID(asked.sid)
    except ValueError:
        return False
    return Session.objects.filter(sid=sid, login_id=present.login_id).exists()


def _checked(found: Mapping[str, str]) -> Asked:
    client = authentication.find(found["client_id"])
    application, uri = (client.application if client else None), found["uri"]
    if uri and application is None:
        raise InvalidRequestError(
            "A post_logout_redirect_uri needs a client_id or an id_token_hint."
        )
    if uri and application is not None:
        if not is_registered(uri, application.post_logout_redirect_uris, application):
            raise InvalidRequestError(
                "The post_logout_redirect_uri is not registered for this client."
            )
    if len(found["state"]) > _LONGEST_STATE:
        raise InvalidRequestError("The parameter state is too long.")
    return Asked(application, uri, found["state"], found["sub"], found["sid"])


def _hinted(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the claims of an `id_token_hint`, which may have expired; {} if not ours."""
    try:
        return IdToken.hinted(given.get("id_token_hint"), ring=keyring.current())
    except TokenInvalid:
        return {}
