"""Ending by hand: sign-out, revocation, one's own sessions; each once, each recorded."""

import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from config.errors import NotFound
from tests.conftest import Together
from tests.factories import LoginFactory, SessionFactory, UserFactory
from tests.tokens.forgery import resigned
from tokens import feed, minting, verification
from tokens.errors import TokenExpired, TokenInvalid, TokenRevoked
from tokens.models import Login, Revocation, Session
from tokens.revocations import subject_of
from tokens.services import refresh, sessions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def events(action: Action) -> list[Event]:
    """Return the trail of an action."""
    return list(Event.objects.filter(action=action))


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_an_ended_session_says_so_once_and_names_who_did_it() -> None:
    session, root = SessionFactory(), UserFactory(is_superuser=True)
    assert sessions.end_session(session, acting_user=root) is True
    assert sessions.end_session(session, acting_user=root) is False
    (event,) = events(Action.SESSION_ENDED)
    assert event.actor_id == str(root.pk)
    assert event.target_id == str(session.login.user_id)
    assert event.tenant_id == session.application.tenant_id
    assert event.details == {"sid": str(session.sid)}
    session.refresh_from_db()
    assert session.reason == Action.SESSION_ENDED


def test_the_login_lives_on_when_one_session_ends() -> None:
    login = LoginFactory()
    one, two = SessionFactory(login=login), SessionFactory(login=login)
    sessions.end_session(one, acting_user=None)
    assert minting.issue(two.sid)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_end_a_session_at_once_one_did(together: Together) -> None:
    session = SessionFactory()
    answers = together(8, lambda _: sessions.end_session(session, acting_user=None))
    assert sorted(answers) == [False] * 7 + [True]
    assert len(events(Action.SESSION_ENDED)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_stolen_token_that_comes_back_in_parallel_is_reported_once(
    together: Together,
) -> None:
    pair = minting.issue(SessionFactory().sid)
    refresh.refresh(refresh.refresh(pair.refresh_token).refresh_token)
    answers = together(8, lambda _: refresh.refresh(pair.refresh_token))
    assert all(answer.code.startswith(("refresh_", "token_")) for answer in answers)
    assert len(events(Action.REFRESH_REUSED)) == 1


@pytest.mark.django_db(transaction=True)
def test_many_sign_outs_at_once_are_one(together: Together) -> None:
    pair = minting.issue(SessionFactory().sid)
    assert together(6, lambda _: sessions.log_out(pair.access_token)) == [None] * 6
    assert len(events(Action.SIGNED_OUT)) == 1


def test_ones_own_session_is_found_while_it_lives() -> None:
    session = SessionFactory()
    owner = session.login.user
    assert sessions.own_session(owner, sid=session.sid) == session
    with pytest.raises(NotFound):
        sessions.own_session(UserFactory(), sid=session.sid)
    Session.objects.update(idle_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        sessions.own_session(owner, sid=session.sid)


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_sign_out_ends_the_login_with_all_its_sessions(which: str) -> None:
    login = LoginFactory()
    here, there = SessionFactory(login=login), SessionFactory(login=login)
    elsewhere = SessionFactory(user=login.user)
    pair, other = minting.issue(here.sid), minting.issue(there.sid)
    sessions.log_out(getattr(pair, which))
    for token in (pair.access_token, other.access_token):
        with pytest.raises(TokenRevoked):
            verification.verify(token, audience=None)
    assert minting.issue(elsewhere.sid)
    login.refresh_from_db()
    assert login.reason == Action.SIGNED_OUT
    ended = events(Action.SIGNED_OUT)
    assert {e.details["sid"] for e in ended} == {str(here.sid), str(there.sid)}
    assert {e.actor_id for e in ended} == {str(login.user_id)}


def test_sign_out_again_changes_nothing() -> None:
    pair = minting.issue(SessionFactory().sid)
    sessions.log_out(pair.access_token)
    before = Login.objects.get().revoked_at, Revocation.objects.get().number
    sessions.log_out(pair.refresh_token)
    assert (Login.objects.get().revoked_at, Revocation.objects.get().number) == before
    assert len(events(Action.SIGNED_OUT)) == 1


def test_a_replayed_old_refresh_token_still_signs_its_own_login_out() -> None:
    """Whoever holds it may end what it began; nothing is given out."""
    pair = minting.issue(SessionFactory().sid)
    refresh.refresh(pair.refresh_token)
    sessions.log_out(pair.refresh_token)
    assert not Session.objects.all().live().exists()


def test_sign_out_by_a_token_of_a_purged_session_is_no_error() -> None:
    pair = minting.issue(SessionFactory().sid)
    Session.objects.all().delete()
    sessions.log_out(pair.access_token)
    assert not Revocation.objects.exists()


def test_sign_out_asks_for_a_proof_that_still_holds() -> None:
    token = minting.issue(SessionFactory().sid).access_token
    late = resigned(token, claims={"exp": int(time.time()) - 60})
    with pytest.raises(TokenExpired):
        sessions.log_out(late)
    sessionless = resigned(token, claims={"sid": None})
    for bad in ("", "nonsense", token[:-20] + "A" * 20, sessionless):
        with pytest.raises(TokenInvalid):
            sessions.log_out(bad)
    assert Session.objects.all().live().count() == 1


def test_revoking_an_access_token_refuses_that_one_alone() -> None:
    session = SessionFactory()
    first = minting.issue(session.sid)
    second = refresh.refresh(first.refresh_token)
    sessions.revoke(first.access_token)
    with pytest.raises(TokenRevoked):
        verification.verify(first.access_token, audience=None)
    assert verification.verify(second.access_token, audience=None)
    jti = claims_of(first.access_token)["jti"]
    row = Revocation.objects.get()
    assert (row.kind, row.subject) == ("token", subject_of("token", jti))
    (event,) = events(Action.TOKEN_REVOKED)
    assert event.details == {"jti": jti}
    assert event.target_id == str(session.login.user_id)
    assert event.actor_id == str(session.application_id)
    assert event.tenant_id == session.application.tenant_id
    assert first.access_token not in str(event.__dict__)


def test_revoking_a_refresh_token_of_any_generation_ends_its_session() -> None:
    session = SessionFactory()
    old = minting.issue(session.sid)
    new = refresh.refresh(old.refresh_token)
    sessions.revoke(old.refresh_token)
    with pytest.raises(TokenRevoked):
        refresh.refresh(new.refresh_token)
    with pytest.raises(TokenRevoked):
        verification.verify(new.access_token, audience=None)
    row = Revocation.objects.get()
    assert (row.kind, row.subject) == (
        "session",
        subject_of("session", str(session.sid)),
    )
    assert len(events(Action.TOKEN_REVOKED)) == 1
    assert Login.objects.get().revoked_at is None


def test_revoking_what_is_not_ours_or_over_says_and_does_nothing() -> None:
    pair = minting.issue(SessionFactory().sid)
    past = {"exp": int(time.time()) - 60}
    late = resigned(pair.access_token, claims=past)
    late_refresh = resigned(pair.refresh_token, claims=past, header={"typ": "rt+jwt"})
    forged = pair.refresh_token[:-20] + "A" * 20
    for token in (late, late_refresh, forged, "nonsense", "", None):
        sessions.revoke(token)
    assert not Revocation.objects.exists()
    assert not events(Action.TOKEN_REVOKED)
    assert refresh.refresh(pair.refresh_token)


def test_signing_out_elsewhere_keeps_the_login_that_asks() -> None:
    alice = UserFactory()
    here, there = SessionFactory(user=alice), SessionFactory(user=alice)
    beside = SessionFactory(login=here.login)
    sessions.end_other_sessions(alice, keep_sid=here.sid)
    assert minting.issue(here.sid) and minting.issue(beside.sid)
    with pytest.raises(TokenRevoked):
        minting.issue(there.sid)
    alice.refresh_from_db()
    assert alice.epoch == 1
    (event,) = events(Action.SIGNED_OUT_EVERYWHERE)
    assert event.outcome == "signed out on all other devices"


def test_signing_out_everywhere_keeps_nothing() -> None:
    session = SessionFactory()
    sessions.end_all_sessions(session.login.user, acting_user=None)
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)
    assert Login.objects.get().reason == Action.SIGNED_OUT_EVERYWHERE


def test_a_token_is_revoked_once_however_often_it_is_said() -> None:
    pair = minting.issue(SessionFactory().sid)
    for _ in range(3):
        sessions.revoke(pair.access_token)
    assert len(events(Action.TOKEN_REVOKED)) == 1
    number = feed.read().number
    sessions.revoke(pair.access_token)
    assert feed.read().number == number


def test_a_token_of_an_ended_session_is_not_revoked_again() -> None:
    session = SessionFactory()
    pair = minting.issue(session.sid)
    sessions.end_session(session, acting_user=None)
    sessions.revoke(pair.access_token)
    assert not events(Action.TOKEN_REVOKED)


@pytest.mark.spec("RFC 7009 2.1")
def test_a_client_revokes_its_own_tokens_alone() -> None:
    session = SessionFactory()
    pair = minting.issue(session.sid)
    for token in (pair.access_token, pair.refresh_token):
        with pytest.raises(TokenInvalid):
            sessions.revoke(token, client_id="another")
    assert not Revocation.objects.exists()
    sessions.revoke(pair.refresh_token, client_id=session.application.client_id)
    with pytest.raises(TokenRevoked):
        verification.verify(pair.access_token, audience=None)
