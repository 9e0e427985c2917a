"""Whether a connection works, as far as that can be told without a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from config.errors import ServiceError
from social import providers, upstream
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import Answer, Asked, discovery, facebook, github, oidc, vouching
from tokens.oidc import client_keys

_NOBODYS_CODE = "ntt-connection-test"
_REFUSED_CLIENT = (
    *("invalid_client", "unauthorized_client", "incorrect_client_credentials"),
    *("status 401", "status 404", "application_suspended"),
)
_REFUSED_ADDRESS = ("redirect_uri_mismatch",)


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is right, and what was found."""

    title: str
    works: bool
    detail: str


def check_connection(
    connection: Connection,
    *,
    redirect_uri: str,
) -> list[Finding]:
    """Ask a provider for its configuration and keys, and whether it knows us.

    The last by an exchange of a code that nobody has: who is unknown is told so first.
    For operators; changes nothing. Never inside a transaction.
    """
    try:
        with upstream.place(connection):
            return list(_findings(connection, redirect_uri))
    except ServiceError as refusal:
        return [Finding("Connection", False, refusal.detail)]


def _findings(
    connection: Connection,
    redirect_uri: str,
) -> Iterator[Finding]:
    exchange: Callable[[dict[str, str]], Any]
    if connection.provider == Connection.Provider.FACEBOOK:
        yield _facebook(connection)
        return
    if providers.speaks_oidc(connection):
        issuer = providers.issuer_of(connection)
        try:
            metadata = discovery.read(issuer)
        except UpstreamFault as fault:
            yield Finding("Discovery", False, _told(fault))
            return
        yield Finding("Discovery", True, f"The issuer is {metadata.issuer}.")
        yield _keys(metadata.jwks_uri)

        def exchange(form: dict[str, str]) -> Any:
            return oidc.exchange(connection, metadata, form)

    else:

        def exchange(form: dict[str, str]) -> Any:
            return github.exchange(connection, form)

    yield _client(connection, redirect_uri, exchange)


def _keys(jwks_uri: str) -> Finding:
    found = client_keys.asked(jwks_uri)
    if found is None:
        return Finding("Keys", False, f"{jwks_uri} does not answer with keys.")
    if not found:
        return Finding(
            "Keys", False, "None of its keys is for RS256, PS256, ES256 or EdDSA."
        )
    return Finding("Keys", True, f"{len(found)} of its keys can sign.")


def _client(
    connection: Connection,
    redirect_uri: str,
    exchange: Callable[[dict[str, str]], Any],
) -> Finding:
    asked = Asked(redirect_uri, state="", nonce="", verifier=_NOBODYS_CODE * 3)
    form = vouching.exchange_form(connection, asked, Answer(_NOBODYS_CODE))
    title = "Client"
    try:
        exchange(form)
    except UpstreamFault as fault:
        if fault.check == "client_secret" or fault.reason in _REFUSED_CLIENT:
            return Finding(
                title, False, f"The client is not accepted ({fault.reason})."
            )
        if fault.reason in _REFUSED_ADDRESS:
            return Finding(title, False, "The callback URL is not registered there.")
        if fault.reason.replace("_", "").isalpha():  # a word of the protocol
            return Finding(title, True, f"It is known there ({fault.reason}).")
        return Finding(title, False, _told(fault))
    return Finding(title, False, "It takes a code that nobody has.")


def _facebook(connection: Connection) -> Finding:
    """Ask for a token of the app itself: all that it says of a code is `OAuthException`.

    developers.facebook.com, "Access token guide", App access tokens.
    """
    title = "Client"
    try:
        facebook.exchange(connection, {"grant_type": "client_credentials"})
    except UpstreamFault as fault:
        if fault.reason == "OAuthException":
            return Finding(title, False, "The app id or the secret is not accepted.")
        return Finding(title, False, _told(fault))
    detail = "The app is known there. The callback URL shows at the first sign-in only."
    return Finding(title, True, detail)


def _told(fault: UpstreamFault) -> str:
    return f"No usable answer ({fault.outcome})."
