"""Who may go on to an application, before and after they agreed to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants import admission
from tenants.admission import ApplicationSuspended, NotAMember
from tenants.models import BUILT_IN, Application, Membership, Tenant
from tests.conftest import Together
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
BOTH = [admission.admit, admission.require_welcome]


def an_application(registration: str = "open") -> Application:
    """Return an application of a tenant with this way in."""
    tenant = TenantFactory(registration=registration)
    made: Application = ApplicationFactory(tenant=tenant, is_first_party=False)
    return made


def test_an_open_tenant_welcomes_everybody_and_takes_in_who_goes_on() -> None:
    application, ann = an_application(), UserFactory()
    admission.require_welcome(application, ann.pk)
    assert not Membership.objects.exists(), "to look is not to join"
    for _ in range(2):
        admission.admit(application, ann.pk)
        assert Membership.objects.get().user == ann


@pytest.mark.parametrize("enter", BOTH)
@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_another_tenant_welcomes_members_only(
    enter: Any,
    registration: str,
) -> None:
    application, ann = an_application(registration), UserFactory()
    with pytest.raises(NotAMember):
        enter(application, ann.pk)
    assert not Membership.objects.exists()
    MembershipFactory(user=ann, tenant=application.tenant)
    enter(application, ann.pk)


@pytest.mark.parametrize("enter", BOTH)
@pytest.mark.parametrize("registration", ["open", "invite"])
@pytest.mark.parametrize("end", ["suspended_at", "expires_at"])
def test_a_membership_that_does_not_stand_welcomes_nobody(
    enter: Any,
    registration: str,
    end: str,
) -> None:
    application = an_application(registration)
    past = {end: timezone.now() - timedelta(seconds=1)}
    member = MembershipFactory(tenant=application.tenant, **past)
    with pytest.raises(NotAMember):
        enter(application, member.user_id)


@pytest.mark.parametrize("enter", BOTH)
@pytest.mark.parametrize("model", [Application, Tenant])
def test_what_is_suspended_welcomes_nobody(
    enter: Any,
    model: Any,
) -> None:
    application = an_application()
    member = MembershipFactory(tenant=application.tenant)
    model.objects.update(suspended_at=timezone.now())
    read = Application.objects.select_related("tenant").get(pk=application.pk)
    with pytest.raises(ApplicationSuspended):
        enter(read, member.user_id)


@pytest.mark.parametrize("enter", BOTH)
def test_the_built_in_application_welcomes_everybody(enter: Any) -> None:
    application = Application.objects.get(client_id=BUILT_IN)
    Tenant.objects.update(registration="closed")
    enter(application, UserFactory().pk)
    assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_tabs_at_once_one_joins(together: Together) -> None:
    application, ann = an_application(), UserFactory()
    entered = together(6, lambda _: admission.admit(application, ann.pk))
    assert entered == [None] * 6
    assert Membership.objects.get().user == ann


@pytest.mark.parametrize(
    ("scope", "door", "name"),
    [
        ("", "oauth", "USER_INFO"),
        ("openid email", "oauth", "USER_INFO"),
        ("openid account", "oauth", "IDENTITY_API"),
        ("manage", "oauth", "IDENTITY_API"),
        ("accounts", "oauth", "USER_INFO"),
        ("", "rest", "IDENTITY_API"),
        ("account", "browser", "IDENTITY_API"),
    ],
)
@pytest.mark.spec("OIDC Core 5.3.1", "RFC 9068 3")
def test_without_an_api_the_scope_and_the_door_say_what_a_token_is_for(
    scope: str,
    door: str,
    name: str,
    settings: Any,
) -> None:
    assert admission.without_api(scope, door) == getattr(settings, name)


def test_no_api_offers_a_scope_of_openid_connect() -> None:
    """Nor one that registered the name before it was reserved."""
    names = ["email", "orders:read", "openid"]
    api = ApiFactory(scopes=[{"name": name, "description": ""} for name in names])
    application = ApplicationFactory(tenant=api.tenant, scopes=names)
    assert admission.scope_of(application, api) == "orders:read"
