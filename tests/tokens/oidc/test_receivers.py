"""Every ending is told to the application once, in the transaction that ends."""

import pytest

from tenants.services import apis
from tests.conftest import Together
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tests.tokens.oidc.logouts import sids
from tests.tokens.oidc.third import orders, shop, wanted
from tests.tokens.reasons import REASONS, Reason, make_world
from tokens.models import Session
from tokens.oidc.models import Consent
from tokens.oidc.services import consents
from tokens.services import endings, sessions

URI = "https://rp.example.com/logout"
ENDS_NOTHING = {"roles of the member changed", "role edited", "signing key revoked"}
# who suspends an application distrusts it
TELLS_NOTHING = {*ENDS_NOTHING, "application suspended"}


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
@pytest.mark.spec("OIDC Back-Channel Logout 1.0 2.3")
@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.name)
def test_each_ending_leaves_one_logout_a_session(reason: Reason) -> None:
    world = make_world()
    world.application.backchannel_logout_uri = URI
    world.application.save()
    Session.objects.update(door=Session.Door.OAUTH)
    silent = SessionFactory(user=world.user, door="oauth")
    stranger = SessionFactory(
        door="oauth", application=ApplicationFactory(backchannel_logout_uri=URI)
    )
    at_rest = SessionFactory(user=world.user, application=world.application)
    mine = str(world.session.sid)
    reason.apply(world)
    told = sids()
    assert told == ([] if reason.name in TELLS_NOTHING else [mine])
    stranger.refresh_from_db()
    assert stranger.revoked_at is None
    assert not {str(silent.sid), str(at_rest.sid)} & set(told)


@pytest.mark.django_db
def test_a_sign_out_tells_every_application_of_the_login() -> None:
    one = SessionFactory(
        door="oauth", application=ApplicationFactory(backchannel_logout_uri=URI)
    )
    two = SessionFactory(
        login=one.login,
        door="oauth",
        application=ApplicationFactory(backchannel_logout_uri=URI),
    )
    pages = SessionFactory(login=one.login, door="browser")
    sessions.log_out_of(pages.sid)
    sessions.log_out_of(pages.sid)
    assert sids() == sorted([str(one.sid), str(two.sid)])


@pytest.mark.django_db(transaction=True)
def test_parallel_endings_leave_one_logout(together: Together) -> None:
    session = SessionFactory(
        door="oauth", application=ApplicationFactory(backchannel_logout_uri=URI)
    )
    user_id = session.login.user_id

    def end(number: int) -> object:
        if number % 2:
            return endings.end_logins(user_id, reason="one way")
        return sessions.end_session(session, acting_user=None)

    assert not [got for got in together(8, end) if isinstance(got, Exception)]
    assert sids() == [str(session.sid)]


@pytest.mark.django_db
def test_another_api_of_the_same_name_is_not_what_people_agreed_to() -> None:
    ann, application, api = UserFactory(), shop(), orders()
    consents.grant(ann, application, wanted("orders:read", api=api))
    apis.delete_api(api, acting_user=None)
    assert not Consent.objects.exists()
    again = wanted("orders:read", api=orders())
    assert consents.missing(ann.pk, application, again) == ["orders:read"]
