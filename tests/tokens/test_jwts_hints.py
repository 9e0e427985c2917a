"""ID tokens that come back as a hint: genuine, ours, and maybe expired."""

import time
from typing import Any

import pytest
from django.conf import settings

from tests.factories import SessionFactory
from tokens import keyring, minting
from tokens.errors import TokenExpired, TokenInvalid
from tokens.jwts import AccessToken, IdToken
from tokens.models import SigningKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def claims(**more: Any) -> dict[str, Any]:
    """Return the claims of an ID token."""
    now = int(time.time())
    usual = {"iss": settings.ISSUER, "sub": "ann", "aud": "shop", "iat": now}
    return {**usual, "exp": now + 60, **more}


def signed(**more: Any) -> str:
    """Return an ID token of ours."""
    made = IdToken.carrying(claims(**more))
    return made.signed(algorithm="RS256", ring=keyring.current())


def hinted(text: Any) -> dict[str, Any]:
    """Return what a hint says."""
    return IdToken.hinted(text, ring=keyring.current())


@pytest.mark.spec("OIDC Core 3.1.2.1", "OIDC RP-Initiated Logout 4")
def test_a_hint_may_be_expired_where_nothing_else_may() -> None:
    old = signed(exp=int(time.time()) - 86400)
    assert hinted(old)["sub"] == "ann"
    assert hinted(signed())["aud"] == "shop"
    with pytest.raises(TokenExpired):
        IdToken.read(old, ring=keyring.current())


@pytest.mark.parametrize(
    "text", [None, 7, "", "a.b.c", "x" * 20_000, "\u00e9.b.c", "a" * 20 + "." * 2]
)
def test_garbage_hints_at_nobody(text: Any) -> None:
    with pytest.raises(TokenInvalid):
        hinted(text)


@pytest.mark.spec("RFC 8725 3.11", "RFC 8725 3.8")
def test_no_other_token_is_a_hint() -> None:
    pair = minting.issue(SessionFactory().sid)
    access = AccessToken.carrying({**claims(), "jti": "x", "client_id": "shop"})
    again = access.signed(algorithm="RS256", ring=keyring.current())
    wrong = [pair.access_token, pair.refresh_token, again]
    wrong.append(signed(iss="https://elsewhere.example.com"))
    without_end = IdToken.carrying({k: v for k, v in claims().items() if k != "exp"})
    wrong.append(without_end.signed(algorithm="RS256", ring=keyring.current()))
    head, body, mark = signed().split(".")
    wrong += [f"{head}.{body}.{mark[:-8]}AAAAAAAA", f"{head}.{body[:-4]}AAAA.{mark}"]
    for text in wrong:
        with pytest.raises(TokenInvalid):
            hinted(text)


def test_a_hint_dies_with_its_key() -> None:
    text = signed()
    SigningKey.objects.all().delete()
    keyring.forget()
    with pytest.raises(TokenInvalid):
        hinted(text)
