"""Who is signed in at this site: begins, is kept fresh, and ends.

The tokens stand in a row of their own and not in the Django session: a session is written
whole, so that a slow request would put an older pair back. Here a pair is replaced only by
who saw the one before.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from weakref import WeakValueDictionary

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from ntt_auth.django import conf, mirror, sealing
from ntt_auth.django.models import SignIn
from ntt_auth.errors import ServerUnavailable, TokenInvalid, Unavailable
from ntt_auth.oidc import RefreshRefused, SignInFailed, Tokens
from ntt_auth.principals import Principal

HANDLE = "_ntt_auth"
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


def begin(
    request: HttpRequest,
    tokens: Tokens,
) -> SignIn:
    """Sign somebody in with the tokens of an exchange; the session key is a new one.

    Raises `TokenInvalid` where the access token is not for this site's audience, and
    `SignInFailed` where it speaks for somebody else than the ID token.
    """
    principal = conf.verifier().verify(tokens.access_token)
    if principal.sub != tokens.claims["sub"]:
        raise SignInFailed("The two tokens are of two people.", code="id_token_invalid")
    person = mirror.keep(mirror.from_claims(tokens.claims))
    before = _row(request)
    if before is not None and before.person == person:
        request.session.cycle_key()
    else:
        request.session.flush()  # what stands in it is another's
    if before is not None:
        before.delete()
    row = SignIn.objects.create(
        id=secrets.token_urlsafe(32),
        person=person,
        sid=str(tokens.claims.get("sid") or ""),
        tokens=_sealed(tokens),
    )
    request.session[HANDLE] = row.pk
    rotate_token(request)
    return row


def current(request: HttpRequest) -> Current | None:
    """Return who is signed in, or None, which ends what is left of a session.

    The token is verified here each time, so a revocation is seen as fast as the feed.
    Raises `Unavailable` where nobody can tell at the moment.
    """
    row = _row(request)
    if row is None:
        if HANDLE in request.session:
            request.session.flush()
        return None
    # by word of a webhook, of `ntt_auth_sync` or of this site
    found = _fresh(row) if row.person.is_active else _over(row)
    if found is None:
        request.session.flush()
    return found


def end(request: HttpRequest) -> Tokens | None:
    """Sign out here; return the tokens that there were."""
    row = _row(request)
    request.session.flush()
    rotate_token(request)
    if row is None:
        return None
    row.delete()
    try:
        return _opened(row)
    except sealing.Unreadable:
        return None


def end_all(
    *,
    sid: str | None,
    sub: str | None,
) -> int:
    """End the sessions of a `sid`, or without one all of a `sub`; return how many."""
    rows = SignIn.objects.filter(person__issuer=conf.options().issuer)
    if sid is not None:
        rows = rows.filter(sid=sid)
    if sub is not None:
        rows = rows.filter(person__sub=sub)
    return rows.delete()[0]


def purge() -> int:
    """Forget the sign-ins whose browser stayed away for as long as a session lives."""
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    over = SignIn.objects.filter(refreshed_at__lt=datetime.now(timezone.utc) - idle)
    return over.delete()[0]


def _row(request: HttpRequest) -> SignIn | None:
    handle = request.session.get(HANDLE)
    if not isinstance(handle, str):
        return None
    return SignIn.objects.select_related("person").filter(pk=handle).first()


def _fresh(row: SignIn) -> Current | None:
    """Return the sign-in with a token that is good now, by one refresh at most."""
    try:
        tokens = _opened(row)
    except sealing.Unreadable:
        row.delete()
        return None
    early = tokens.expires_at - REFRESH_BEFORE_SECONDS
    if time.time() < early:
        try:
            return Current(row, tokens, conf.verifier().verify(tokens.access_token))
        except TokenInvalid:
            pass  # after a change of roles the session lives, and a refresh tells
    with _alone(row.pk):
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
    sub = row.person.sub
    try:
        got = conf.client().refresh(tokens.refresh_token, subject=sub)
    except RefreshRefused:
        newer = _newer(row)  # another process may have been faster
        if newer is not None:
            return _verified(row, newer)
        return _over(row)
    except SignInFailed as error:  # the issuer answers what it should not
        raise ServerUnavailable(error.reason, code=error.code) from None
    except Unavailable as outage:
        if time.time() >= tokens.expires_at:
            raise
        return _meanwhile(row, tokens, outage)
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
            tokens=_sealed(tokens),
            generation=row.generation + 1,
            refreshed_at=datetime.now(timezone.utc),  # `update` sets none by itself
        )
    )


def _newer(row: SignIn) -> Tokens | None:
    """Return the tokens of the row if others have replaced them since it was read."""
    now = SignIn.objects.filter(pk=row.pk, generation__gt=row.generation).first()
    return _opened(now) if now is not None else None


def _verified(
    row: SignIn,
    tokens: Tokens,
) -> Current | None:
    try:
        principal = conf.verifier().verify(tokens.access_token)
    except TokenInvalid:
        return _over(row)
    if principal.sub != row.person.sub:  # a refresh may come without a checked ID token
        return _over(row)
    return Current(row, tokens, principal)


def _meanwhile(
    row: SignIn,
    tokens: Tokens,
    outage: Unavailable,
) -> Current:
    """Return the sign-in while its token lives; an outage ends none, and opens none."""
    try:
        return Current(row, tokens, conf.verifier().verify(tokens.access_token))
    except TokenInvalid:
        raise outage from None


def _over(row: SignIn) -> Current | None:
    SignIn.objects.filter(pk=row.pk).delete()
    return None


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


def _sealed(tokens: Tokens) -> str:
    held = asdict(tokens)
    del held["claims"]  # the mirror and the principal say it
    return sealing.seal(_PURPOSE, json.dumps(held))


def _opened(row: SignIn) -> Tokens:
    return Tokens(**json.loads(sealing.unseal(_PURPOSE, row.tokens)))


_locks: WeakValueDictionary[str, "_Lock"] = WeakValueDictionary()
_guard = threading.Lock()


class _Lock:
    """A lock that a weak reference can point at."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@contextmanager
def _alone(handle: str) -> Iterator[None]:
    """Let one thread of this process refresh a sign-in at a time.

    Two processes may meet: the server answers both with the same pair.
    """
    with _guard:
        found = _locks.get(handle)
        if found is None:
            found = _locks[handle] = _Lock()
    with found.lock:
        yield
