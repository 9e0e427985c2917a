"""How things end: marked once, then one row a live session, or one that covers all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from config.fields import uuid7
from tenants.models import bump_epoch
from tests.conftest import Together
from tests.factories import LoginFactory, SessionFactory, UserFactory
from tests.tokens.listening import Heard, heard  # noqa: F401
from tokens import minting, verification
from tokens.errors import TokenRevoked
from tokens.models import Login, Revocation, Session
from tokens.revocations import Entry, Kind, subject_of
from tokens.services import endings
from tokens.signals import sessions_ended

pytestmark = pytest.mark.django_db

PAST = timezone.now() - timedelta(days=1)


def rows() -> set[tuple[str, str]]:
    """Return what the blacklist names."""
    return set(Revocation.objects.values_list("kind", "subject"))


def row(
    kind: Kind,
    identity: object,
) -> tuple[str, str]:
    """Return how one thing is named there."""
    return (str(kind), subject_of(kind, str(identity)))


def test_each_live_session_gets_its_row_and_its_reason() -> None:
    one, two = SessionFactory(), SessionFactory()
    gone = SessionFactory(revoked_at=PAST, reason="earlier")
    assert endings.end_sessions(Session.objects.all(), reason="test") == 2
    assert rows() == {row(Kind.SESSION, s.sid) for s in (one, two)}
    for session in (one, two, gone):
        session.refresh_from_db()
    assert one.reason == two.reason == "test"
    assert (gone.reason, gone.revoked_at) == ("earlier", PAST)


def test_an_expired_session_is_ended_too_as_its_last_token_may_live() -> None:
    session = SessionFactory(idle_expires_at=PAST)
    assert endings.end_sessions(Session.objects.all(), reason="test") == 1
    assert rows() == {row(Kind.SESSION, session.sid)}


def test_what_ended_once_is_not_ended_again() -> None:
    SessionFactory()
    endings.end_sessions(Session.objects.all(), reason="test")
    assert endings.end_sessions(Session.objects.all(), reason="again") == 0
    assert Revocation.objects.get().reason == "test"
    assert Session.objects.get().reason == "test"


def test_a_covering_row_stands_for_all_sessions() -> None:
    sessions = [SessionFactory() for _ in range(3)]
    covering = [Entry(Kind.TENANT, "t")]
    ended = endings.end_sessions(Session.objects.all(), reason="test", also=covering)
    assert ended == len(sessions)
    assert rows() == {row(Kind.TENANT, "t")}


def test_a_covering_row_is_written_even_without_a_session() -> None:
    """A mint may be under way whose session is not there yet."""
    covering = (entry for entry in [Entry(Kind.USER, "u")])
    ended = endings.end_sessions(Session.objects.none(), reason="test", also=covering)
    assert ended == 0
    assert rows() == {row(Kind.USER, "u")}


def test_many_sessions_end_in_batches() -> None:
    login, application = LoginFactory(), SessionFactory().application
    first = Session.objects.get()
    made = [
        Session(
            login=login,
            application=application,
            issued_at=0,
            expires_at=first.expires_at,
            idle_expires_at=first.idle_expires_at,
            application_epoch=0,
            tenant_epoch=0,
        )
        for _ in range(1100)
    ]
    Session.objects.bulk_create(made)
    mine = Session.objects.filter(login=login)
    assert endings.end_sessions(mine, reason="test") == 1100
    assert not mine.filter(revoked_at=None).exists()
    assert Revocation.objects.count() == 1100
    first.refresh_from_db()
    assert first.revoked_at is None


def test_all_logins_of_one_user_end_and_nobody_elses() -> None:
    alice, bob = UserFactory(), SessionFactory()
    one, two = SessionFactory(user=alice), SessionFactory(user=alice)
    endings.end_logins(alice.pk, reason="test")
    assert rows() == {row(Kind.SESSION, s.sid) for s in (one, two)}
    ended = Login.objects.exclude(revoked_at=None)
    assert {login.user_id for login in ended} == {alice.pk}
    assert set(ended.values_list("reason", flat=True)) == {"test"}
    assert list(Session.objects.all().live()) == [bob]


@pytest.mark.usefixtures("keys")
def test_the_kept_login_moves_to_the_new_epoch_and_goes_on() -> None:
    alice = UserFactory()
    kept, other = SessionFactory(user=alice), SessionFactory(user=alice)
    token = minting.issue(kept.sid).access_token
    bump_epoch(User.objects.filter(pk=alice.pk))
    with pytest.raises(TokenRevoked):
        minting.issue(kept.sid)
    endings.end_logins(alice.pk, reason="test", keep_login=kept.login_id)
    assert minting.issue(kept.sid)
    assert verification.verify(token, audience=None)
    with pytest.raises(TokenRevoked):
        minting.issue(other.sid)
    assert rows() == {row(Kind.SESSION, other.sid)}


def test_a_kept_login_keeps_its_sessions_with_other_applications() -> None:
    login = LoginFactory()
    for _ in range(2):
        SessionFactory(login=login)
    endings.end_logins(login.user_id, reason="test", keep_login=login.pk)
    assert Session.objects.all().live().count() == 2 and not rows()


def test_a_login_that_ended_before_cannot_be_kept_alive() -> None:
    login = LoginFactory(revoked_at=PAST, reason="earlier")
    User.objects.update(epoch=7)
    endings.end_logins(login.user_id, reason="test", keep_login=login.pk)
    login.refresh_from_db()
    assert (login.epoch, login.reason) == (0, "earlier")


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's"])
def test_only_a_login_of_ones_own_can_be_kept(whose: str) -> None:
    alice, stranger = SessionFactory(), LoginFactory()
    User.objects.update(epoch=7)
    keep = stranger.pk if whose == "somebody else's" else uuid7()
    endings.end_logins(alice.login.user_id, reason="test", keep_login=keep)
    stranger.refresh_from_db()
    alice.refresh_from_db()
    assert stranger.epoch == 0
    assert alice.revoked_at is not None


def test_a_user_ends_with_one_row_for_everything() -> None:
    alice = UserFactory()
    for _ in range(2):
        SessionFactory(user=alice)
    LoginFactory(user=alice)
    endings.end_user(alice.pk, reason="test")
    assert rows() == {row(Kind.USER, alice.pk)}
    assert not Session.objects.filter(revoked_at=None).exists()
    assert not Login.objects.filter(revoked_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_endings_each_session_counts_for_one(together: Together) -> None:
    for _ in range(5):
        SessionFactory()

    def end(number: int) -> int:
        return endings.end_sessions(Session.objects.all(), reason=str(number))

    counts = together(6, end)
    assert sum(counts) == 5
    assert Revocation.objects.count() == 5


def test_each_session_that_ends_is_told_once_and_its_row_is_there(
    heard: Heard,  # noqa: F811
) -> None:
    one, two = SessionFactory(), SessionFactory()
    SessionFactory(revoked_at=PAST)
    endings.end_sessions(Session.objects.all(), reason="test")
    endings.end_sessions(Session.objects.all(), reason="again")
    assert heard == [one.sid, two.sid]


def test_what_is_told_in_vain_ends_nothing() -> None:
    SessionFactory()

    def fail(**told: object) -> None:
        raise RuntimeError

    sessions_ended.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            endings.end_sessions(Session.objects.all(), reason="test")
    finally:
        sessions_ended.disconnect(fail)
    assert Session.objects.get().revoked_at is None
    assert not rows()


@pytest.mark.django_db(transaction=True)
def test_of_several_who_end_a_session_at_once_one_tells(
    heard: Heard,  # noqa: F811
    together: Together,
) -> None:
    made = [SessionFactory() for _ in range(3)]

    def end(number: int) -> int:
        return endings.end_sessions(Session.objects.all(), reason=f"by {number}")

    assert sorted(together(6, end)) == [0, 0, 0, 0, 0, 3]
    assert heard == [session.sid for session in made]
