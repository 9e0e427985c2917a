"""A door's last step: the session, or what is missing; each flow at its own door."""

import pytest

from accounts import flows
from accounts.errors import FlowInvalid
from accounts.flows import Purpose
from accounts.models import KnownDevice, User
from tenants.models import Application
from tests.factories import ApplicationFactory, TenantFactory, UserFactory
from tokens import minting
from tokens.errors import TokenRevoked
from tokens.models import Login, Session
from tokens.services import entrances
from tokens.services.entrances import Door, Entrance, enter, read_epochs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def entered(
    entrance: Entrance,
    user: User,
    *amr: str,
) -> Session | flows.Pending:
    epochs = read_epochs(user.pk, user.epoch, entrance.application)
    proof = flows.Authenticated.now(user.pk, amr=amr or ("pwd",), state={})
    return enter(entrance, epochs=epochs, proof=proof)


def test_a_browsers_session_is_of_its_door_and_gets_no_tokens() -> None:
    entrance = entrances.hosted()
    assert entrance.application.is_built_in
    session = entered(entrance, UserFactory())
    assert isinstance(session, Session) and session.door == Door.BROWSER
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)


def test_the_proof_and_the_device_are_noted() -> None:
    session = entered(entrances.rest(None, None), UserFactory(), "pop", "mfa")
    assert isinstance(session, Session)
    assert Login.objects.get().amr == ["pop", "mfa"]
    assert KnownDevice.objects.count() == 1


def test_a_policy_keeps_everybody_out_who_has_no_factor() -> None:
    application = ApplicationFactory(tenant=TenantFactory(mfa_required=True))
    user = UserFactory()
    entrance = entrances.rest(application.client_id, None)
    asked = entered(entrance, user)
    assert isinstance(asked, flows.Pending)
    assert not Session.objects.exists() and not Login.objects.exists()
    assert isinstance(entered(entrance, user, "pwd", "otp", "mfa"), Session)


def test_a_flow_is_finished_at_the_door_where_it_began() -> None:
    user = UserFactory()
    for begun, other in ((Door.REST, Door.BROWSER), (Door.BROWSER, Door.REST)):
        entrance = Entrance(
            entrances.hosted().application, entrances.hosted().target, begun
        )
        asked = flows.ask_for(user, Purpose.SIGN_IN, state=entrance.state)
        flow = flows.waiting(asked.flow_token, Purpose.SIGN_IN)
        assert entrances.of(flow, begun).door is begun
        with pytest.raises(FlowInvalid):
            entrances.of(flow, other)


def test_a_flow_of_an_application_that_is_gone_is_over() -> None:
    application = ApplicationFactory()
    entrance = entrances.rest(application.client_id, None)
    asked = flows.ask_for(UserFactory(), Purpose.SIGN_IN, state=entrance.state)
    flow = flows.waiting(asked.flow_token, Purpose.SIGN_IN)
    Application.objects.filter(pk=application.pk).delete()
    with pytest.raises(FlowInvalid):
        entrances.of(flow)
