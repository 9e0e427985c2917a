"""An access token is good only if genuine, in time, for the audience, and not revoked."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.errors import NotAuthenticated
from tests.factories import ApiFactory, ApplicationFactory, SessionFactory
from tests.tokens.forgery import attacks, monsters, resigned, respelled
from tokens import keyring, minting, revocations, verification
from tokens.errors import TokenExpired, TokenInvalid, TokenRevoked
from tokens.jose import claims as rules
from tokens.jose.claims import SKEW_SECONDS
from tokens.jwts import AccessToken
from tokens.models import SigningKey
from tokens.revocations import Entry, Kind
from tokens.services.keys import revoke_signing_key, rotate_signing_keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def access_token() -> str:
    """Return a genuine access token for the identity API."""
    return minting.issue(SessionFactory().sid).access_token


def test_a_genuine_token_speaks_for_its_user(settings: Any) -> None:
    session = SessionFactory()
    token = minting.issue(session.sid).access_token
    principal = verification.verify(token, audience=settings.IDENTITY_API)
    assert principal.user_id == session.login.user_id
    assert principal.sid == session.sid
    assert principal.scope == {"account"}


def test_every_forgery_of_rfc_8725_is_refused() -> None:
    token = access_token()
    verification.verify(token, audience=None)
    passed = []
    for name, forged in (*attacks(token), *monsters(token)):
        assert forged != token
        try:
            verification.verify(forged, audience=None)
        except NotAuthenticated:
            continue
        passed.append(name)
    assert passed == []


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_the_forger_itself_can_make_a_token_that_passes(algorithm: str) -> None:
    token = access_token()
    assert verification.verify(resigned(token, by=algorithm), audience=None)


def test_what_is_no_text_is_no_token() -> None:
    token = access_token()
    for other in (None, 7, token.encode(), [token]):
        with pytest.raises(TokenInvalid):
            AccessToken.read(other, ring=keyring.current())


def test_a_token_in_another_spelling_is_revoked_with_it() -> None:
    pair = minting.issue(SessionFactory().sid)
    other = respelled(pair.access_token)
    assert other != pair.access_token
    jti = str(verification.verify(other, audience=None).claims["jti"])
    revocations.write([Entry(Kind.TOKEN, jti)], reason="test")
    for spelling in (pair.access_token, other):
        with pytest.raises(TokenRevoked):
            verification.verify(spelling, audience=None)


def test_a_cached_token_expires_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    token = access_token()
    verification.verify(token, audience=None)
    later = time.time() + settings.ACCESS_TOKEN_SECONDS + SKEW_SECONDS
    monkeypatch.setattr(rules, "time", SimpleNamespace(time=lambda: later))
    with pytest.raises(TokenExpired):
        verification.verify(token, audience=None)


def test_a_token_for_several_audiences_is_for_none(settings: Any) -> None:
    both = [settings.IDENTITY_API, "https://elsewhere.example.com"]
    token = resigned(access_token(), claims={"aud": both})
    for audience in both:
        with pytest.raises(TokenInvalid):
            verification.verify(token, audience=audience)


def test_only_a_token_for_the_audience_is_told_that_it_expired(settings: Any) -> None:
    token = resigned(access_token(), claims={"exp": int(time.time()) - 60})
    with pytest.raises(TokenExpired):
        verification.verify(token, audience=settings.IDENTITY_API)
    with pytest.raises(TokenInvalid):
        verification.verify(token, audience="https://elsewhere.example.com")


def test_a_refresh_token_is_no_access_token() -> None:
    with pytest.raises(TokenInvalid):
        verification.verify(
            minting.issue(SessionFactory().sid).refresh_token, audience=None
        )


def test_a_token_for_another_audience_is_refused(settings: Any) -> None:
    application = ApplicationFactory()
    api = ApiFactory(tenant=application.tenant)
    session = SessionFactory(application=application, audience=api)
    application.apis.add(api)
    token = minting.issue(session.sid).access_token
    assert verification.verify(token, audience=api.identifier)
    with pytest.raises(TokenInvalid):
        verification.verify(token, audience=settings.IDENTITY_API)


def test_a_repeated_check_makes_one_query_and_still_sees_a_revocation() -> None:
    session = SessionFactory()
    token = minting.issue(session.sid).access_token
    verification.verify(token, audience=None)
    with CaptureQueriesContext(connection) as queries:
        verification.verify(token, audience=None)
    assert len(queries) == 1
    revocations.write([Entry(Kind.SESSION, str(session.sid))], reason="test")
    with pytest.raises(TokenRevoked):
        verification.verify(token, audience=None)


def test_a_revoked_key_takes_its_tokens_with_it_at_once() -> None:
    token = access_token()
    verification.verify(token, audience=None)
    key = SigningKey.objects.get(algorithm="ES256", state="active")
    revoke_signing_key(key, acting_user=None)
    with pytest.raises(TokenInvalid):
        verification.verify(token, audience=None)
    assert verification.verify(access_token(), audience=None)


def test_a_retired_key_still_verifies() -> None:
    token = access_token()
    rotate_signing_keys(acting_user=None, now=True)
    assert SigningKey.objects.filter(algorithm="ES256", state="retired").count() == 1
    assert verification.verify(token, audience=None)
