"""Refresh rotates once, forgives a repetition, and ends the session of a thief."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tests.factories import ApiFactory, ApplicationFactory, SessionFactory
from tokens import keyring, minting
from tokens.errors import (
    RefreshTokenReused,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
)
from tokens.models import Revocation, Session, SigningKey
from tokens.services import keys
from tokens.services import refresh as service
from tokens.services.refresh import refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    return jwt.decode(token, options={"verify_signature": False})


def first_token(session: Session) -> str:
    """Return the refresh token that the session's owner holds."""
    return minting.issue(session.sid).refresh_token


def test_a_refresh_moves_the_session_one_generation_on() -> None:
    session = SessionFactory()
    pair = refresh(first_token(session))
    session.refresh_from_db()
    assert session.generation == 1
    assert claims_of(pair.refresh_token)["jti"] == f"{session.sid}.1"


def test_a_repetition_inside_the_grace_gets_the_same_successor() -> None:
    token = first_token(SessionFactory())
    first, second = refresh(token), refresh(token)
    assert claims_of(first.refresh_token) == claims_of(second.refresh_token)
    assert claims_of(first.access_token) == claims_of(second.access_token)


def test_a_repetition_after_the_grace_ends_the_session(settings: Any) -> None:
    session = SessionFactory()
    token = first_token(session)
    refresh(token)
    late = timezone.now() - timedelta(seconds=settings.REFRESH_GRACE_SECONDS + 1)
    Session.objects.update(rotated_at=late)
    with pytest.raises(RefreshTokenReused):
        refresh(token)
    session.refresh_from_db()
    assert session.reason == Action.REFRESH_REUSED
    assert Event.objects.filter(action=Action.REFRESH_REUSED).count() == 1
    assert Revocation.objects.filter(kind="session").count() == 1


def test_two_generations_back_ends_the_session_even_inside_the_grace() -> None:
    token = first_token(SessionFactory())
    newest = refresh(refresh(token).refresh_token)
    with pytest.raises(RefreshTokenReused):
        refresh(token)
    with pytest.raises(TokenRevoked):
        refresh(newest.refresh_token)


def test_an_idle_session_has_expired() -> None:
    session = SessionFactory()
    token = first_token(session)
    Session.objects.update(idle_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        refresh(token)


def test_another_applications_client_id_does_not_use_the_token_up() -> None:
    session = SessionFactory()
    token = first_token(session)
    with pytest.raises(TokenInvalid):
        refresh(token, client_id="somebody-else")
    session.refresh_from_db()
    assert session.generation == 0


def test_an_access_token_is_no_refresh_token() -> None:
    pair = minting.issue(SessionFactory().sid)
    with pytest.raises(TokenInvalid):
        refresh(pair.access_token)


def test_another_allowed_audience_may_be_asked_for() -> None:
    application = ApplicationFactory()
    api = ApiFactory(tenant=application.tenant)
    application.apis.add(api)
    session = SessionFactory(application=application)
    pair = refresh(first_token(session), audience=api.identifier)
    claims = claims_of(pair.access_token)
    assert claims["aud"] == api.identifier
    assert claims["scope"] == "orders:read"


def test_a_common_refresh_makes_exactly_two_queries() -> None:
    token = first_token(SessionFactory())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        refresh(token)
    assert len(queries) == 2, [q["sql"] for q in queries]


def test_a_revoked_key_uses_no_token_up_where_the_ring_is_stale() -> None:
    session = SessionFactory()
    token = first_token(session)
    assert keyring.recent()
    key = SigningKey.objects.get(algorithm="ES256", state=SigningKey.State.ACTIVE)
    keys.revoke_signing_key(key, acting_user=None)
    with pytest.raises(TokenInvalid):
        refresh(token)
    session.refresh_from_db()
    assert session.generation == 0


def test_a_rotation_of_keys_signs_nobody_out() -> None:
    token = first_token(SessionFactory())
    assert keyring.recent()
    keys.rotate_signing_keys(acting_user=None, now=True)
    keys.rotate_signing_keys(acting_user=None, now=True)
    assert refresh(refresh(token).refresh_token)


@pytest.mark.django_db(transaction=True)
def test_many_parallel_refreshes_have_one_successor() -> None:
    session = SessionFactory()
    token = first_token(session)
    barrier = threading.Barrier(12)

    def present(_: int) -> dict[str, Any]:
        try:
            barrier.wait()
            pair = refresh(token)
            return claims_of(pair.refresh_token)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(present, range(12)))
    session.refresh_from_db()
    assert session.generation == 1
    assert all(answer == answers[0] for answer in answers)


def _beside_a_writer(token: str) -> tuple[bool, list[str]]:
    """Refresh while another thread writes; return whether it waited, and what came."""
    done: list[str] = []

    def present() -> None:
        try:
            done.append(refresh(token).refresh_token)
        finally:
            connections.close_all()

    thread = threading.Thread(target=present)
    with service._writing:
        thread.start()
        thread.join(0.3 if connection.vendor == "sqlite" else 10)
        waited = not done
    thread.join()
    return waited, done


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_one_rotation_at_a_time_writes() -> None:
    waited, done = _beside_a_writer(first_token(SessionFactory()))
    assert waited is (connection.vendor == "sqlite")
    assert len(done) == 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_turn_in_vain_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "_TURN_SECONDS", 0.01)
    _, done = _beside_a_writer(first_token(SessionFactory()))
    assert len(done) == 1


def test_inside_a_transaction_nobody_waits_for_the_turn() -> None:
    token = first_token(SessionFactory())
    with service._writing:
        assert refresh(token).refresh_token
