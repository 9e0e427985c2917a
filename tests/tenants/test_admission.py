"""Who may sign in to which application, and what their tokens are for."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from config.errors import Forbidden, InvalidInput
from tenants import admission
from tenants.admission import Target
from tenants.models import Api, Application, Membership, Role, Tenant
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
OTHER_WRITE = {"name": "orders:write", "description": ""}


@pytest.fixture
def api(tenant: Tenant) -> Api:
    """An API with the scopes `orders:read` and `orders:write`."""
    made: Api = ApiFactory(tenant=tenant, identifier="https://orders.example.com")
    return made


def an_application(
    tenant: Tenant,
    **traits: Any,
) -> Application:
    """Return a public first-party application unless said otherwise."""
    made: Application = ApplicationFactory(tenant=tenant, **traits)
    return made


def test_without_a_client_id_the_built_in_application_is_meant() -> None:
    assert admission.application_for(None).is_built_in


@pytest.mark.parametrize("client_id", ["nowhere", "", "Default", "default ", "déf"])
def test_a_client_id_is_met_byte_for_byte(client_id: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        admission.application_for(client_id)
    (fault,) = refusal.value.errors
    assert (fault.pointer, fault.code) == ("#/client_id", "unknown_client")


@pytest.mark.parametrize(
    ("traits", "refusal"),
    [
        ({}, None),
        ({"type": "native"}, None),
        ({"is_first_party": False}, admission.RestLoginNotAllowed),
        ({"type": "web"}, admission.RestLoginNotAllowed),
        ({"type": "service"}, admission.RestLoginNotAllowed),
        ({"suspended_at": timezone.now()}, admission.ApplicationSuspended),
    ],
)
def test_the_rest_door_is_for_live_public_first_party_applications(
    tenant: Tenant,
    traits: dict[str, Any],
    refusal: type[Exception] | None,
) -> None:
    application = an_application(tenant, **traits)
    if refusal is None:
        admission.admit_rest(application)
    else:
        with pytest.raises(refusal):
            admission.admit_rest(application)


def test_the_rest_door_of_a_suspended_tenant_is_shut() -> None:
    application = an_application(TenantFactory(suspended_at=timezone.now()))
    with pytest.raises(admission.ApplicationSuspended):
        admission.admit_rest(application)


@pytest.mark.parametrize("registration", Tenant.Registration.values)
def test_only_an_open_tenant_lets_people_sign_up(registration: str) -> None:
    application = an_application(TenantFactory(registration=registration))
    if registration == "open":
        admission.admit_registration(application)
    else:
        with pytest.raises(admission.RegistrationClosed):
            admission.admit_registration(application)


def test_the_refusals_are_told_apart_by_their_code() -> None:
    refusals = [
        *(admission.RestLoginNotAllowed, admission.ApplicationSuspended),
        *(admission.NotAMember, admission.RegistrationClosed),
    ]
    assert {refusal.status for refusal in refusals} == {403}
    assert len({refusal.code for refusal in refusals} | {Forbidden.code}) == 5


# -- audiences


def test_the_first_of_its_apis_is_the_default(
    tenant: Tenant,
    api: Api,
) -> None:
    first = ApiFactory(tenant=tenant)
    application = an_application(tenant, apis=[first, api])
    assert admission.target_of(application, None).api_id == first.pk
    target = admission.target_of(application, api.identifier)
    assert target == Target(api.pk, api.identifier, "orders:read")


def test_scopes_come_in_the_apis_order_and_only_those_it_has(
    tenant: Tenant,
    api: Api,
) -> None:
    scopes = ["account", "orders:write", "orders:read", "orders:gone"]
    application = an_application(tenant, apis=[api], scopes=scopes)
    assert admission.target_of(application, None).scope == "orders:read orders:write"


@pytest.mark.parametrize(
    ("scopes", "scope"),
    [
        (["account"], "account"),
        (["manage", "account"], "account manage"),
        (["manage"], "manage"),
        (["orders:read"], "account"),
        ([], "account"),
    ],
)
def test_a_first_party_application_without_an_api_gets_the_identity_api(
    tenant: Tenant,
    scopes: list[str],
    scope: str,
) -> None:
    application = an_application(tenant, scopes=scopes)
    for audience in (None, settings.IDENTITY_API):
        target = admission.target_of(application, audience)
        assert target == Target(None, settings.IDENTITY_API, scope)


def test_a_first_party_application_with_an_api_names_the_identity_api(
    tenant: Tenant,
    api: Api,
) -> None:
    application = an_application(tenant, apis=[api])
    assert admission.target_of(application, None).api_id == api.pk
    assert admission.target_of(application, settings.IDENTITY_API).api_id is None


@pytest.mark.parametrize(
    "audience",
    [
        *(None, settings.IDENTITY_API, "https://orders.example.com", "", "x"),
        "https://ORDERS.example.com",
    ],
)
def test_a_third_party_application_without_an_api_has_no_target(
    tenant: Tenant,
    api: Api,
    audience: str | None,
) -> None:
    application = an_application(tenant, is_first_party=False)
    with pytest.raises(InvalidInput) as refusal:
        admission.target_of(application, audience)
    assert refusal.value.errors[0].code == "invalid_target"


def test_an_api_of_another_tenant_counts_while_it_is_shared(tenant: Tenant) -> None:
    foreign = ApiFactory(scopes=[OTHER_WRITE])
    application = an_application(tenant, apis=[foreign], is_first_party=False)
    with pytest.raises(InvalidInput):
        admission.target_of(application, foreign.identifier)
    for other in (tenant, TenantFactory()):
        foreign.shared_with.add(other)
    assert admission.target_of(application, None).api_id == foreign.pk
    foreign.shared_with.remove(tenant)
    with pytest.raises(InvalidInput):
        admission.target_of(application, None)


# -- members


def test_an_open_tenant_takes_in_whoever_signs_in(tenant: Tenant) -> None:
    user = UserFactory()
    application = an_application(tenant)
    made = admission.join(application, user.pk)
    assert made is not None and (made.user, made.tenant) == (user, tenant)
    assert admission.join(application, user.pk) == made
    assert Membership.objects.count() == 1


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_another_tenant_takes_in_members_only(registration: str) -> None:
    application = an_application(TenantFactory(registration=registration))
    stranger = UserFactory()
    with pytest.raises(admission.NotAMember):
        admission.join(application, stranger.pk)
    assert not Membership.objects.exists()
    member = MembershipFactory(tenant=application.tenant)
    assert admission.join(application, member.user_id) == member


@pytest.mark.parametrize("state", ["suspended_at", "expires_at"])
def test_a_membership_that_does_not_stand_admits_nobody(
    tenant: Tenant,
    state: str,
) -> None:
    past = timezone.now() - timedelta(seconds=1)
    member = MembershipFactory(tenant=tenant, **{state: past})
    with pytest.raises(admission.NotAMember):
        admission.join(an_application(tenant), member.user_id)
    assert Membership.objects.get() == member, "and no second one is made"


def test_the_built_in_application_admits_everybody() -> None:
    application = admission.application_for(None)
    assert admission.join(application, UserFactory().pk) is None
    shut = MembershipFactory(tenant=application.tenant, suspended_at=timezone.now())
    assert admission.join(application, shut.user_id) == shut
    assert Membership.objects.count() == 1


def test_a_second_factor_is_asked_for_by_the_tenant_or_a_role_of_the_member(
    tenant: Tenant,
) -> None:
    application, member = an_application(tenant), MembershipFactory(tenant=tenant)
    plain, strict = RoleFactory(tenant=tenant), RoleFactory(tenant=tenant)
    Role.objects.filter(pk=strict.pk).update(mfa_required=True)
    other = MembershipFactory(user=member.user)
    other.roles.add(RoleFactory(tenant=other.tenant, mfa_required=True))
    member.roles.add(plain)

    def asked() -> bool:
        return admission.second_factor_required(application, member.user_id)

    assert not asked()
    member.roles.add(strict)
    assert asked()
    assert not admission.second_factor_required(application, UserFactory().pk)
    Membership.objects.filter(pk=member.pk).update(suspended_at=timezone.now())
    assert not asked(), "such a member is not let in at all"
    application.tenant.mfa_required = True
    assert asked()
    assert admission.second_factor_required(application, UserFactory().pk)


@pytest.mark.parametrize("flag", [True, False])
def test_the_built_in_application_asks_by_its_tenants_flag_alone(flag: bool) -> None:
    application = admission.application_for(None)
    application.tenant.mfa_required = flag
    member = MembershipFactory(tenant=application.tenant)
    member.roles.add(RoleFactory(tenant=application.tenant, mfa_required=True))
    assert admission.second_factor_required(application, member.user_id) is flag
