"""Who is signed in at this site: begins, is kept fresh, and ends.

The tokens stand in a row of their own and not in the Django session: a session is written
whole, so that a slow request would put an older pair back. Here a pair is replaced only by
who saw the one before.
"""

import secrets
from datetime import datetime, timedelta, timezone

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from ntt_auth.django import blocks, conf, freshness, mirror, sealing
from ntt_auth.django.models import SignIn
from ntt_auth.errors import Forbidden
from ntt_auth.oidc import SignInFailed, Tokens

HANDLE = "_ntt_auth"


def begin(
    request: HttpRequest,
    tokens: Tokens,
) -> SignIn:
    """Sign somebody in with the tokens of an exchange; the session key is a new one.

    Raises `TokenInvalid` where the access token is not for this site's audience,
    `SignInFailed` where it speaks for somebody else than the ID token, and `Blocked` or
    `Disabled` where they may not come in.
    """
    principal = conf.verifier().verify(tokens.access_token)
    if principal.sub != tokens.claims["sub"]:
        raise SignInFailed("The two tokens are of two people.", code="id_token_invalid")
    person = mirror.keep(mirror.from_claims(tokens.claims))
    blocks.user_of(person)
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
        tokens=freshness.sealed(tokens),
    )
    request.session[HANDLE] = row.pk
    rotate_token(request)
    return row


def current(request: HttpRequest) -> freshness.Current | None:
    """Return who is signed in, or None, which ends what is left of a session.

    The token is verified here each time, so a revocation is seen as fast as the feed.
    Raises `Unavailable` where nobody can tell at the moment.
    """
    row = _row(request)
    if row is None:
        if HANDLE in request.session:
            request.session.flush()
        return None
    found = _let_in(row)
    if found is None:
        request.session.flush()
    return found


def _let_in(row: SignIn) -> freshness.Current | None:
    try:
        user = blocks.user_of(row.person)
    except Forbidden:
        freshness.end(row)
        return None
    found = freshness.fresh(row)
    if found is not None:
        found.user = user
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
        return freshness.opened(row)
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
