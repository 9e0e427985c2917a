"""Client applications: who may make, change and end them."""

import re
from typing import Any

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from config.errors import Conflict, Forbidden, NotFound
from tenants.models import Application, Tenant
from tenants.services import applications, secrets
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    SessionFactory,
    TenantFactory,
)
from tests.tenants.clientkeys import keys
from tests.tenants.conftest import Member
from tokens.models import Revocation

pytestmark = pytest.mark.django_db


@pytest.fixture
def third_party(tenant: Tenant) -> Application:
    """An application that a tenant admin may write."""
    made: Application = ApplicationFactory(
        tenant=tenant, is_first_party=False, scopes=[]
    )
    return made


@pytest.mark.parametrize(
    ("type", "secret"),
    [("web", True), ("service", True), ("spa", False), ("native", False)],
)
def test_only_a_confidential_application_gets_a_secret(
    admin: User,
    tenant: Tenant,
    type: str,
    secret: bool,
) -> None:
    made = applications.create_application(
        tenant, type=type, name="App", acting_user=admin
    )
    assert re.fullmatch(r"app_[\w-]{22}", made.application.client_id)
    assert bool(made.secret) is secret
    assert made.application.secrets.count() == int(secret)


def test_an_application_that_proves_itself_by_key_gets_no_secret(
    admin: User,
    tenant: Tenant,
) -> None:
    made = applications.create_application(
        tenant,
        type="service",
        name="App",
        client_authentication="private_key_jwt",
        jwks=keys(),
        acting_user=admin,
    )
    assert made.secret is None and not made.application.secrets.exists()


def test_the_trail_tells_which_metadata_changed_and_no_value(
    admin: User,
    third_party: Application,
) -> None:
    changes: Any = {
        "post_logout_redirect_uris": ["https://a.example/out"],
        "jwks_uri": "https://a.example/keys",
        "tos_uri": "https://a.example/terms",
    }
    applications.change_application(third_party, acting_user=admin, **changes)
    event = Event.objects.get(action=Action.APPLICATION_CHANGED)
    assert event.details == {"changed": sorted(changes)}
    assert "a.example" not in str(vars(event))


def test_no_secret_is_in_the_trail(tenant: Tenant) -> None:
    made = applications.create_application(
        tenant, type="web", name="App", acting_user=None
    )
    assert made.secret
    told = [str(vars(event)) for event in Event.objects.all()]
    assert told and not any(made.secret in event for event in told)


@pytest.mark.parametrize("scopes", [["account"], ["manage"], []])
def test_an_admin_makes_no_first_party_application(
    admin: User,
    tenant: Tenant,
    scopes: list[str],
) -> None:
    with pytest.raises(Forbidden):
        applications.create_application(
            tenant,
            type="spa",
            name="App",
            is_first_party=True,
            scopes=scopes,
            acting_user=admin,
        )
    assert not Application.objects.filter(tenant=tenant).exists()


def test_an_admin_makes_no_application_first_party(
    admin: User,
    third_party: Application,
) -> None:
    with pytest.raises(Forbidden):
        applications.change_application(
            third_party, is_first_party=True, scopes=["manage"], acting_user=admin
        )
    third_party.refresh_from_db()
    assert not third_party.is_first_party and third_party.scopes == []


def test_an_admin_does_not_touch_a_first_party_application(
    admin: User,
    tenant: Tenant,
) -> None:
    application = ApplicationFactory(tenant=tenant, type="web")
    for touch in (
        lambda: applications.change_application(
            application,
            redirect_uris=["https://mallory.example/"],
            acting_user=admin,
        ),
        lambda: applications.delete_application(application, acting_user=admin),
        lambda: secrets.rotate_secret(application, acting_user=admin),
    ):
        with pytest.raises(Forbidden):
            touch()
    applications.suspend_application(application, acting_user=admin)
    assert application.suspended_at


def test_an_admin_changes_an_application(
    admin: User,
    third_party: Application,
) -> None:
    api = ApiFactory(tenant=third_party.tenant)
    changes: Any = {
        "name": "New",
        "audiences": [api.identifier],
        "scopes": ["orders:read"],
        "allowed_origins": ["https://a.example"],
    }
    applications.change_application(third_party, acting_user=admin, **changes)
    assert third_party.apis.get() == api and third_party.epoch == 0
    applications.change_application(third_party, acting_user=admin, **changes)
    event = Event.objects.get(action=Action.APPLICATION_CHANGED)
    assert event.details == {"changed": sorted(changes)}


def test_who_may_not_change_an_application(
    member: Member,
    third_party: Application,
) -> None:
    reader = member("applications:read").user
    mallory = member("applications:write", of=TenantFactory()).user
    for user, refusal in ((reader, Forbidden), (mallory, NotFound)):
        for touch in (
            applications.change_application,
            applications.suspend_application,
            applications.resume_application,
            applications.delete_application,
        ):
            with pytest.raises(refusal):
                touch(third_party, acting_user=user)
    assert Application.objects.get(pk=third_party.pk).epoch == 0


def test_losing_first_party_ends_sessions_at_once() -> None:
    session = SessionFactory(application__scopes=["account"])
    applications.change_application(
        session.application, is_first_party=False, scopes=[], acting_user=None
    )
    session.refresh_from_db()
    assert session.revoked_at and session.application.epoch == 1


def test_a_suspension_ends_sessions_once_and_a_resumption_revives_none() -> None:
    session = SessionFactory()
    application = session.application
    applications.suspend_application(application, acting_user=None)
    applications.suspend_application(application, acting_user=None)
    session.refresh_from_db()
    assert session.revoked_at and application.epoch == 1
    applications.resume_application(application, acting_user=None)
    assert application.epoch == 2 and application.suspended_at is None


def test_a_deletion_refuses_its_tokens() -> None:
    session = SessionFactory()
    applications.delete_application(session.application, acting_user=None)
    assert Revocation.objects.filter(kind="application").exists()
    with pytest.raises(NotFound):
        applications.delete_application(session.application, acting_user=None)
    with pytest.raises(NotFound):
        applications.application_of(session.application.client_id)


def test_the_built_in_application_keeps_what_it_is() -> None:
    application = applications.application_of("default")
    for refused in (
        lambda: applications.suspend_application(application, acting_user=None),
        lambda: applications.delete_application(application, acting_user=None),
        lambda: applications.change_application(
            application, scopes=["account", "manage"], acting_user=None
        ),
        lambda: applications.change_application(
            application, is_first_party=False, scopes=[], acting_user=None
        ),
        lambda: applications.change_application(
            application, jwks_uri="https://a.example/keys", acting_user=None
        ),
    ):
        with pytest.raises(Conflict):
            refused()
    applications.change_application(
        application,
        name="Portal",
        allowed_origins=["https://a.example"],
        acting_user=None,
    )
    assert application.name == "Portal" and application.scopes == ["account"]


def test_an_admin_does_not_resume_a_first_party_application(
    admin: User,
    tenant: Tenant,
) -> None:
    application = ApplicationFactory(tenant=tenant, is_first_party=True)
    applications.suspend_application(application, acting_user=admin)
    with pytest.raises(Forbidden):
        applications.resume_application(application, acting_user=admin)
    application.refresh_from_db()
    assert application.suspended_at is not None
