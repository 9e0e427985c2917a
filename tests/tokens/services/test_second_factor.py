"""What stands between the second factor and the session."""

import pytest

from accounts import flows
from accounts.errors import FlowInvalid
from accounts.flows import Purpose
from accounts.models import User
from config.errors import Forbidden
from tenants.models import Membership
from tests.authenticators import has_app
from tests.factories import PASSWORD, ApplicationFactory, UserFactory
from tokens.models import Session
from tokens.services import entrances, second_factor, sign_in
from tokens.services.entrances import Door
from tokens.services.second_factor import Proof
from tokens.services.sign_in import Credentials

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def begun(entrance: entrances.Entrance) -> str:
    asked = sign_in.enter_by_password(
        Credentials("ann@example.com", PASSWORD), entrance
    )
    assert isinstance(asked, flows.Pending)
    return asked.flow_token


def test_the_session_is_of_the_door_that_the_flow_began_at(ann: User) -> None:
    app, token = has_app(ann), begun(entrances.hosted())
    with pytest.raises(FlowInvalid):
        second_factor.prove(token, Proof("totp", app.code()))
    session = second_factor.prove(token, Proof("totp", app.code()), door=Door.BROWSER)
    assert isinstance(session, Session) and session.door == Door.BROWSER


def test_a_membership_that_ended_meanwhile_keeps_the_person_out(ann: User) -> None:
    app, application = has_app(ann), ApplicationFactory(tenant__registration="invite")
    membership = Membership.objects.create(user=ann, tenant=application.tenant)
    token = begun(entrances.rest(application.client_id, None))
    membership.delete()
    with pytest.raises(Forbidden):
        second_factor.prove(token, Proof("totp", app.code()))
    assert not Session.objects.exists()


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.ADDITION, Purpose.PASSKEY])
def test_flows_of_other_purposes_sign_nobody_in(
    ann: User,
    purpose: Purpose,
) -> None:
    app = has_app(ann)
    token = flows.ask_for(ann, purpose, state=entrances.hosted().state).flow_token
    with pytest.raises(FlowInvalid):
        second_factor.prove(token, Proof("totp", app.code()), door=Door.BROWSER)
