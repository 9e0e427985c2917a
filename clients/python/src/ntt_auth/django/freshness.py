"""The tokens of a sign-in: stored sealed, verified each time, and refreshed in time.

A pair is replaced only by who saw the one before.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timezone
from typing import Any

from ntt_auth.django import conf, faults, mirror, pauses, sealing
from ntt_auth.django.locks import alone
from ntt_auth.django.models import SignIn
from ntt_auth.errors import (
    ConfigurationError,
    ServerUnavailable,
    TokenInvalid,
    Unavailable,
)
from ntt_auth.oidc import Pending, RefreshRefused, SignInFailed, Tokens
from ntt_auth.principals import Principal

REFRESH_BEFORE_SECONDS = 60
_PURPOSE = "tokens"


class Current:
    """A sign-in as this request found it: verified, and fresh."""

    def __init__(
        self,
        row: SignIn,
        tokens: Tokens,
        principal: Principal,
    ) -> None:
        self.row, self.tokens, self.principal = row, tokens, principal
        self.user: Any = row.person


def first(
    begun: Pending,
    given: Mapping[str, str],
) -> Tokens:
    """Return the tokens for what the browser brought back, for this site's audience.

    Without `SCOPE` a refresh brings them. Raises as `OpenIDClient.exchange` does.
    """
    client, resource = conf.client(), conf.options().resource
    tokens = client.exchange(begun, given)
    if not resource:
        return tokens
    if tokens.refresh_token is None:
        raise ConfigurationError(
            "Expected a refresh token.",
            code="invalid_target",
            action=faults.NAME_SCOPES,
        )
    sub = tokens.claims["sub"]
    got = client.refresh(tokens.refresh_token, subject=sub, resource=resource)
    return replace(_merged(tokens, got), claims=tokens.claims)


def fresh(row: SignIn) -> Current | None:
    """Return the sign-in with a token that is good now, by one refresh at most."""
    try:
        tokens = opened(row)
    except sealing.Unreadable:
        row.delete()
        return None
    early = tokens.expires_at - REFRESH_BEFORE_SECONDS
    if time.time() < early:
        try:
            return Current(row, tokens, conf.verifier().verify(tokens.access_token))
        except TokenInvalid:
            pass  # after a change of roles the session lives, and a refresh tells
    with alone(row.pk):
        return _refreshed(row, tokens)


def _refreshed(
    row: SignIn,
    tokens: Tokens,
) -> Current | None:
    """Return the sign-in with the next pair, or None where it is over."""
    newer = _newer(row)
    if newer is not None:
        return _verified(row, newer)
    if tokens.refresh_token is None:
        return _verified(row, tokens)
    rest = pauses.left(row.pk)
    if rest:
        return _meanwhile(row, tokens, ServerUnavailable(retry_after=rest))
    return _by_refresh(row, tokens, tokens.refresh_token)


def _by_refresh(
    row: SignIn,
    tokens: Tokens,
    refresh_token: str,
) -> Current | None:
    sub = row.person.sub
    try:
        got = conf.client().refresh(
            refresh_token, subject=sub, resource=conf.options().resource
        )
    except RefreshRefused:
        newer = _newer(row)  # another process may have been faster
        if newer is not None:
            return _verified(row, newer)
        end(row)
        return None
    except SignInFailed as error:  # the issuer answers what it should not
        raise ServerUnavailable(error.reason, code=error.code) from None
    except ConfigurationError as error:
        return _meanwhile(row, tokens, faults.tell(error))
    except Unavailable as outage:
        pauses.begin(row.pk)
        return _meanwhile(row, tokens, outage)
    faults.mended()
    if got.claims:
        mirror.keep(mirror.from_claims(got.claims))
    kept = _merged(tokens, got)
    if not _replace(row, kept):
        newer = _newer(row)
        return _verified(row, newer) if newer is not None else None
    return _verified(row, kept)


def _replace(
    row: SignIn,
    tokens: Tokens,
) -> bool:
    """Store the next pair, if the row still holds the one that it came from."""
    here = SignIn.objects.filter(pk=row.pk, generation=row.generation)
    return bool(
        here.update(
            tokens=sealed(tokens),
            generation=row.generation + 1,
            refreshed_at=datetime.now(timezone.utc),  # `update` sets none by itself
        )
    )


def _newer(row: SignIn) -> Tokens | None:
    """Return the tokens of the row if others have replaced them since it was read."""
    now = SignIn.objects.filter(pk=row.pk, generation__gt=row.generation).first()
    return opened(now) if now is not None else None


def _verified(
    row: SignIn,
    tokens: Tokens,
) -> Current | None:
    try:
        principal = conf.verifier().verify(tokens.access_token)
    except TokenInvalid:
        end(row)
        return None
    if principal.sub != row.person.sub:  # a refresh may come without a checked ID token
        end(row)
        return None
    return Current(row, tokens, principal)


def _meanwhile(
    row: SignIn,
    tokens: Tokens,
    outage: Unavailable,
) -> Current:
    """Return the sign-in while its token lives; an outage ends none, and opens none."""
    if time.time() >= tokens.expires_at:
        raise outage from None
    try:
        return Current(row, tokens, conf.verifier().verify(tokens.access_token))
    except TokenInvalid:
        raise outage from None


def end(row: SignIn) -> None:
    """Forget a sign-in; another request may have been faster."""
    SignIn.objects.filter(pk=row.pk).delete()


def _merged(
    old: Tokens,
    new: Tokens,
) -> Tokens:
    """Return the new pair with what only the old one has."""
    return Tokens(
        access_token=new.access_token,
        expires_at=new.expires_at,
        scope=new.scope or old.scope,
        refresh_token=new.refresh_token or old.refresh_token,
        id_token=new.id_token or old.id_token,
    )


def sealed(tokens: Tokens) -> str:
    """Return the tokens as a row holds them."""
    held = asdict(tokens)
    del held["claims"]  # the mirror and the principal say it
    return sealing.seal(_PURPOSE, json.dumps(held))


def opened(row: SignIn) -> Tokens:
    """Return the tokens of a row; raises `Unreadable`."""
    return Tokens(**json.loads(sealing.unseal(_PURPOSE, row.tokens)))
