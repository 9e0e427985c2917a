"""A login is renewed by all factors of its person, in its own session and door."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import flows
from accounts.errors import FlowInvalid, InvalidCredentials
from accounts.flows import Purpose
from accounts.models import User
from tests.authenticators import has_app
from tests.factories import PASSWORD, LoginFactory, SessionFactory, UserFactory
from tokens.errors import TokenRevoked
from tokens.models import Login, Session
from tokens.services import renewal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory()
    return user


@pytest.fixture
def session(ann: User) -> Session:
    old = timezone.now() - timedelta(days=1)
    made: Session = SessionFactory(
        user=ann, login=LoginFactory(user=ann, amr=["pwd"], auth_time=old)
    )
    return made


def test_a_password_renews(session: Session) -> None:
    same = renewal.reauthenticate(session, password=PASSWORD)
    assert isinstance(same, Session) and same.sid == session.sid
    login = Login.objects.get()
    assert timezone.now() - login.auth_time < timedelta(seconds=5)


def test_who_has_a_factor_is_asked_for_it_in_a_flow_of_that_session(
    ann: User,
    session: Session,
) -> None:
    app = has_app(ann)
    asked = renewal.reauthenticate(session, password=PASSWORD)
    assert isinstance(asked, flows.Pending)
    flow = flows.waiting(asked.flow_token, Purpose.RENEWAL)
    assert flow.state == {"sid": str(session.sid), "door": "rest"}
    renewal.require_door(flow, Session.Door.REST)
    with pytest.raises(FlowInvalid):
        renewal.require_door(flow, Session.Door.BROWSER)
    proof = flows.prove(flow, method="totp", code=app.code())
    assert renewal.renewed(flow, proof).sid == session.sid
    assert Login.objects.get().amr == ["pwd", "otp", "mfa"]


def test_without_a_password_or_a_passkey_nothing_begins(session: Session) -> None:
    with pytest.raises(InvalidCredentials):
        renewal.reauthenticate(session, password=None)


@pytest.mark.parametrize("ended", ["session", "login", "user", "epoch"])
def test_what_ended_is_not_renewed(
    ann: User,
    session: Session,
    ended: str,
) -> None:
    app = has_app(ann)
    asked = renewal.reauthenticate(session, password=PASSWORD)
    assert isinstance(asked, flows.Pending)
    flow = flows.waiting(asked.flow_token, Purpose.RENEWAL)
    proof = flows.prove(flow, method="totp", code=app.code())
    if ended == "session":
        Session.objects.update(revoked_at=timezone.now())
    elif ended == "login":
        Login.objects.update(revoked_at=timezone.now())
    else:
        change = {"is_active": False} if ended == "user" else {"epoch": 9}
        User.objects.update(**change)
    with pytest.raises(TokenRevoked):
        renewal.renewed(flow, proof)
    assert Login.objects.get().amr == ["pwd"]


def test_a_factor_just_added_is_noted_in_the_login(session: Session) -> None:
    renewal.upgrade(session, amr=("otp", "mfa"))
    renewal.upgrade(session, amr=("otp", "mfa"))
    assert Login.objects.get().amr == ["pwd", "otp", "mfa"]


def test_a_login_is_never_newer_than_its_proof(
    ann: User,
    session: Session,
) -> None:
    app = has_app(ann)
    asked = renewal.reauthenticate(session, password=PASSWORD)
    assert isinstance(asked, flows.Pending)
    flow = flows.waiting(asked.flow_token, Purpose.RENEWAL)
    proof = flows.prove(flow, method="totp", code=app.code())
    renewal.renewed(flow, proof)
    assert Login.objects.get().auth_time == proof.auth_time


def test_a_provider_renews_and_unbinds(
    ann: User,
    session: Session,
) -> None:
    Login.objects.update(bound_to=session.application.tenant_id)
    same = renewal.reauthenticate_vouched(session, epoch=ann.epoch)
    assert isinstance(same, Session) and same.sid == session.sid
    login = Login.objects.get()
    assert login.amr == ["fed"] and login.bound_to is None
    assert timezone.now() - login.auth_time < timedelta(seconds=5)


def test_who_has_a_factor_shows_it_after_the_provider(
    ann: User,
    session: Session,
) -> None:
    app = has_app(ann)
    asked = renewal.reauthenticate_vouched(session, epoch=ann.epoch)
    assert isinstance(asked, flows.Pending)
    flow = flows.waiting(asked.flow_token, Purpose.RENEWAL)
    proof = flows.prove(flow, method="totp", code=app.code())
    renewal.renewed(flow, proof)
    assert Login.objects.get().amr == ["fed", "otp", "mfa"]


def test_a_provider_renews_nothing_of_somebody_who_changed_since(
    ann: User,
    session: Session,
) -> None:
    with pytest.raises(TokenRevoked):
        renewal.reauthenticate_vouched(session, epoch=ann.epoch + 1)
