"""A share in somebody's login: written with the epochs as they are, judged by the mint."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tenants.admission import Target
from tenants.models import Application, Membership
from tenants.services import applications, memberships
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    LoginFactory,
    MembershipFactory,
)
from tokens import minting
from tokens.errors import TokenRevoked
from tokens.models import Login, Session
from tokens.services import shares

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def application() -> Application:
    made: Application = ApplicationFactory(scopes=["orders:read"])
    made.apis.add(ApiFactory(tenant=made.tenant))
    return made


@pytest.fixture
def login() -> Login:
    made: Login = LoginFactory()
    return made


def begun(
    login: Login,
    application: Application,
) -> Session:
    """Begin a share for the application's API."""
    api = application.apis.get()
    target = Target(api.pk, api.identifier, "openid orders:read")
    return shares.begin(login, application, target)


def test_a_share_mints_what_was_granted_at_its_own_door(
    login: Login,
    application: Application,
) -> None:
    MembershipFactory(user=login.user, tenant=application.tenant)
    session = begun(login, application)
    assert session.door == Session.Door.OAUTH and session.login == login
    assert minting.issue(session.sid).scope == "openid orders:read"
    event = Event.objects.get(action=Action.SESSION_BEGUN)
    assert event.tenant_id == application.tenant_id
    assert event.details == {
        "client_id": application.client_id,
        "sid": str(session.sid),
    }


def test_it_lives_as_long_as_the_application_says(
    login: Login,
    application: Application,
    settings: Any,
) -> None:
    now = timezone.now()
    session = begun(login, application)
    lives = session.expires_at - now
    assert abs(lives.total_seconds() - settings.SESSION_ABSOLUTE_SECONDS) < 5
    Application.objects.update(session_idle_seconds=900, session_absolute_seconds=600)
    short = begun(login, application)
    assert short.expires_at - now < timedelta(seconds=605), "read afresh"
    assert short.idle_expires_at == short.expires_at


def test_without_a_membership_it_mints_nothing(
    login: Login,
    application: Application,
) -> None:
    session = begun(login, application)
    assert session.membership_epoch is None
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)


@pytest.mark.parametrize("ending", ["application", "membership", "login"])
def test_what_ends_after_it_was_written_is_seen_by_the_mint(
    login: Login,
    application: Application,
    ending: str,
) -> None:
    member = MembershipFactory(user=login.user, tenant=application.tenant)
    session = begun(login, application)
    match ending:
        case "application":
            applications.suspend_application(application, acting_user=None)
            applications.resume_application(application, acting_user=None)
        case "membership":
            memberships.suspend_membership(member, acting_user=None)
            memberships.resume_membership(member, acting_user=None)
        case "login":
            Login.objects.update(revoked_at=timezone.now())
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)
    assert Membership.objects.get().is_active
