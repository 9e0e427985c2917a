"""A dump of the sessions' table holds nothing that could be used."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.module_loading import import_string

from config.sessions import FlowStore, SessionStore

pytestmark = pytest.mark.django_db
CANARY = "cAnaRy-4711"


def stored() -> SessionStore:
    """Return a session with a secret in it."""
    session = SessionStore()
    session["code"] = CANARY
    session.save()
    return session


def test_it_is_the_store_of_this_service() -> None:
    assert import_string(f"{settings.SESSION_ENGINE}.SessionStore") is SessionStore


def test_a_session_is_found_by_its_key_and_not_by_its_row() -> None:
    key = str(stored().session_key)
    assert SessionStore(session_key=key)["code"] == CANARY
    row = Session.objects.get()
    assert row.session_key == SessionStore.row_key(key) != key
    assert len(row.session_key) == 40
    assert SessionStore(session_key=row.session_key).get("code") is None


def test_what_it_holds_is_encrypted() -> None:
    stored()
    assert CANARY not in Session.objects.get().session_data
    Session.objects.update(session_data="x")
    assert SessionStore(session_key="any").get("code") is None


def test_data_of_another_key_is_nobody(settings: object) -> None:
    key = str(stored().session_key)
    settings.ENCRYPTION_KEYS = ["another"]  # type: ignore[attr-defined]
    assert SessionStore(session_key=key).get("code") is None


def test_it_can_be_changed_renamed_and_ended() -> None:
    session = stored()
    first = str(session.session_key)
    session["more"] = 1
    session.save()
    assert Session.objects.count() == 1
    session.cycle_key()
    assert SessionStore(session_key=first).get("code") is None
    assert SessionStore(session_key=session.session_key)["more"] == 1
    assert session.exists(session.session_key)
    session.flush()
    assert not Session.objects.exists()


def test_an_expired_one_is_gone() -> None:
    key = str(stored().session_key)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert SessionStore(session_key=key).get("code") is None


def test_a_flow_s_token_is_nobody_s_cookie_and_the_other_way_round() -> None:
    flow = FlowStore()
    flow["code"] = CANARY
    flow.save()
    cookie = stored_cookie()

    assert SessionStore(session_key=flow.session_key).get("code") is None
    assert FlowStore(session_key=cookie).get("code") is None
    assert FlowStore(session_key=flow.session_key)["code"] == CANARY


def stored_cookie() -> str:
    """Return the key of a browser's session."""
    session = SessionStore()
    session["code"] = CANARY
    session.save()
    return str(session.session_key)
