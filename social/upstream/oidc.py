"""Providers that speak OpenID Connect: Google, Microsoft, GitLab, Apple, LinkedIn, any other."""

import base64
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import jwt

from accounts import addresses
from social import providers
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import calls, discovery, id_tokens, vouching
from social.upstream.discovery import Metadata
from social.upstream.id_tokens import Expected
from social.upstream.vouching import Answer, Asked, Vouched

_APPLE_SECONDS = 300
Provider = Connection.Provider
Claims = dict[str, Any]


def begin(
    connection: Connection,
    asked: Asked,
) -> str:
    """Return where a browser is sent. Raises `UpstreamFault`."""
    endpoint = discovery.of(connection).authorization_endpoint
    return vouching.authorization_url(connection, endpoint, asked)


def finish(
    connection: Connection,
    asked: Asked,
    answer: Answer,
) -> Vouched:
    """Exchange a code, and return whom its ID token vouches for. Raises `UpstreamFault`."""
    metadata = discovery.of(connection)
    preset = providers.preset_of(connection)
    form = vouching.exchange_form(connection, asked, answer)
    tokens = exchange(connection, metadata, form)
    nonce = asked.nonce if preset.nonce else None
    since = asked.began if asked.fresh and preset.dated else 0.0
    expected = replace(
        expected_of(connection, metadata, nonce=nonce, tokens=tokens), since=since
    )
    claims = id_tokens.verified(tokens.get("id_token"), expected)
    if preset.userinfo and metadata.userinfo_endpoint:
        claims = _compared(claims, metadata.userinfo_endpoint, tokens)
    return of_claims(connection, claims, tokens=tokens, name=answer.name)


def of_id_token(
    connection: Connection,
    token: str,
    *,
    nonce: str,
) -> tuple[Vouched, str]:
    """Return whom an ID token vouches for that an app was given, and its nonce as it stands.

    Its audience is the connection's client, or one of its apps. Raises `UpstreamFault`.
    """
    metadata = discovery.of(connection)
    expected = expected_of(connection, metadata, nonce=nonce, tokens={})
    claims = id_tokens.verified(token, expected)
    return of_claims(connection, claims, tokens={}), str(claims["nonce"])


def exchange(
    connection: Connection,
    metadata: Metadata,
    form: dict[str, str],
) -> Claims:
    """Send a form to the token endpoint, with the client's proof (RFC 6749 section 2.3.1)."""
    secret, headers = _secret(connection), {}
    if "client_secret_post" not in metadata.token_methods and _may_be_basic(metadata):
        pair = f"{quote(connection.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form = form | {"client_id": connection.client_id}
        form |= {"client_secret": secret} if secret else {}
    return calls.exchange(metadata.token_endpoint, form, headers)


def _may_be_basic(metadata: Metadata) -> bool:
    """Tell whether Basic works: it is what a provider means that says nothing."""
    return not metadata.token_methods or "client_secret_basic" in metadata.token_methods


def _secret(connection: Connection) -> str:
    """Return the client's secret; Apple's is a JWT that its private key signs."""
    if connection.provider != Provider.APPLE:
        return connection.secret
    now = int(time.time())
    claims = {
        "iss": connection.team_id,
        "iat": now,
        "exp": now + _APPLE_SECONDS,
        "aud": providers.issuer_of(connection),
        "sub": connection.client_id,
    }
    try:
        return jwt.encode(
            claims,
            connection.secret,
            algorithm="ES256",
            headers={"kid": connection.key_id},
        )
    except Exception:  # whatever a library says of a broken key
        raise UpstreamFault("client_secret", "the private key is not usable") from None


def expected_of(
    connection: Connection,
    metadata: Metadata,
    *,
    nonce: str | None,
    tokens: Claims,
) -> Expected:
    """Return what an ID token of a connection has to say.

    Without `tokens` it comes from an app: then it may be for one of the connection's apps.
    """
    preset = providers.preset_of(connection)
    apps = () if tokens else tuple(connection.native_client_ids)
    return Expected(
        connection_id=connection.pk,
        jwks_uri=metadata.jwks_uri,
        issuers=(metadata.issuer, *preset.aliases),
        audiences=(connection.client_id, *apps),
        nonce=nonce,
        hashed=not tokens,
        access_token=calls.text_of(tokens, "access_token"),
    )


def _compared(
    claims: Claims,
    endpoint: str,
    tokens: Claims,
) -> Claims:
    """Return the claims with what UserInfo adds (section 5.3.2); they may not differ."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    found = calls.ask("userinfo", endpoint, headers=bearer)
    if not isinstance(found, dict) or found.get("sub") != claims["sub"]:
        raise UpstreamFault("userinfo", "another subject")
    if _key(claims.get("email")) not in ("", _key(found.get("email"))):
        if found.get("email") is not None:
            raise UpstreamFault("email", "UserInfo names another address")
    return _joined(claims, found)


def _joined(
    claims: Claims,
    found: Claims,
) -> Claims:
    """Return both; an address is verified where one says so of it, and neither denies it."""
    told = {name: value for name, value in claims.items() if value is not None}
    joint = {**found, **told}
    named = [each for each in (told, found) if each.get("email")]
    said = [each["email_verified"] for each in named if "email_verified" in each]
    joint["email_verified"] = bool(said) and all(_is_yes(value) for value in said)
    return joint


def _is_yes(value: Any) -> bool:
    """Tell whether it is true; Apple says it in a string."""
    return value is True or value == "true"


def _key(address: Any) -> str:
    if not isinstance(address, str) or not address:
        return ""
    try:
        return addresses.email_key(address)
    except ValueError:
        return address


def of_claims(
    connection: Connection,
    claims: Claims,
    *,
    tokens: Claims,
    name: str = "",
) -> Vouched:
    """Return whom claims speak of, which a signature proved."""
    subject = claims["sub"]
    if connection.provider == Provider.MICROSOFT:
        directory = calls.text_of(claims, "tid")
        if not id_tokens.DIRECTORY.fullmatch(directory):
            raise UpstreamFault("tid", "missing")
        subject = f"{directory}:{subject}"
    return vouching.vouched(
        connection,
        subject=subject,
        address=(calls.text_of(claims, "email"), _is_verified(connection, claims)),
        name=name or calls.text_of(claims, "name"),
        tokens=tokens,
    )


def _is_verified(
    connection: Connection,
    claims: Claims,
) -> bool:
    """Tell whether the provider says that it proved the address.

    Microsoft's directories put in what they like: only `xms_edov` tells that the domain is
    the directory's own. It says so by true, or by 1.
    """
    if connection.provider == Provider.MICROSOFT:
        return claims.get("xms_edov") in (True, "1", "true")
    return _is_yes(claims.get("email_verified"))
