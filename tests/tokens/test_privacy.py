"""What tokens tells and forgets of people."""

from typing import Any

import pytest

from tests.factories import SessionFactory
from tests.tokens.listening import Heard, heard  # noqa: F401
from tokens import privacy
from tokens.models import Login, Session

pytestmark = pytest.mark.django_db


def test_a_person_is_told_their_sign_ins_and_nobody_elses() -> None:
    mine, other = SessionFactory(), SessionFactory()
    Login.objects.update(ip="192.0.2.7", user_agent="agent/1")
    [holder] = privacy.HOLDERS

    rows: Any = holder.export(mine.login.user)
    [told] = rows

    assert (told["id"], told["ip"]) == (mine.login_id, "192.0.2.7")
    assert [session["sid"] for session in told["sessions"]] == [mine.sid]
    holder.erase(mine.login.user)
    assert list(Login.objects.all()) == [other.login]
    assert list(Session.objects.all()) == [other]


def test_sessions_end_before_they_are_erased(heard: Heard) -> None:  # noqa: F811
    live, over = SessionFactory(), SessionFactory(revoked_at="2026-01-01T00:00:00Z")
    [holder] = privacy.HOLDERS
    holder.erase(over.login.user)
    assert heard == []
    holder.erase(live.login.user)
    assert heard == [live.sid]
