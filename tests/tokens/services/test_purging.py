"""The worker removes what is long over and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import SessionFactory
from tokens import revocations
from tokens.models import Login, Revocation, Session
from tokens.revocations import Entry, Kind
from tokens.services import purging

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=200)


def test_sessions_and_logins_go_a_month_after_their_end() -> None:
    old, live = SessionFactory(), SessionFactory()
    Session.objects.filter(sid=old.sid).update(expires_at=LONG_AGO)
    Login.objects.filter(id=old.login_id).update(created_at=LONG_AGO)
    assert purging.purge_logins() == 0
    assert purging.purge_sessions() == 1
    assert purging.purge_logins() == 1
    assert list(Session.objects.values_list("sid", flat=True)) == [live.sid]


def test_a_login_with_a_live_session_stays_however_old() -> None:
    session = SessionFactory()
    Login.objects.filter(id=session.login_id).update(created_at=LONG_AGO)
    assert purging.purge_logins() == 0


def test_revocations_go_when_their_time_is_over() -> None:
    for name in ("old", "new"):
        revocations.write([Entry(Kind.SESSION, name)], reason="test")
    Revocation.objects.filter(number=1).update(expires_at=LONG_AGO)
    assert purging.purge_revocations() == 1
    assert Revocation.objects.get().number == 2
