"""What the database itself keeps about tenants, and what a row says of itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from tenants.models import (
    Api,
    Application,
    ApplicationApi,
    Invitation,
    Membership,
    Role,
    Tenant,
    bump_epoch,
)
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_new_tenant_is_by_invitation_and_verifies_addresses() -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    assert (tenant.registration, tenant.verification_required) == ("invite", True)
    assert (tenant.suspended_at, tenant.epoch) == (None, 0)


def test_a_new_application_is_trusted_with_nothing() -> None:
    tenant = TenantFactory()
    made = Application.objects.create(tenant=tenant, client_id="x", type="spa")
    assert not made.is_first_party
    assert (
        made.scopes == made.grants == made.redirect_uris == made.allowed_origins == []
    )
    assert made.signing_algorithm == "ES256"


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (TenantFactory, "slug"),
        (ApiFactory, "identifier"),
        (ApplicationFactory, "client_id"),
        (RoleFactory, "name"),
    ],
)
def test_a_key_stands_once_and_is_compared_byte_for_byte(
    factory: Any,
    name: str,
) -> None:
    same = {} if factory is TenantFactory else {"tenant": TenantFactory()}
    for key in ("clerk", "Clerk", "clérk", "clerk "):
        factory(**same, **{name: key})
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**same, **{name: "clerk"})


def test_two_tenants_may_have_a_role_of_one_name() -> None:
    for _ in range(2):
        RoleFactory(name="clerk")
    assert Role.objects.filter(name="clerk").count() == 2


def test_somebody_is_a_member_of_a_tenant_once() -> None:
    member = MembershipFactory()
    MembershipFactory(user=member.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(user=member.user, tenant=member.tenant)


def test_an_application_names_an_api_once() -> None:
    api = ApiFactory()
    application = ApplicationFactory(tenant=api.tenant, apis=[api])
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationApi.objects.create(application=application, api=api)


@pytest.mark.parametrize("factory", [ApiFactory, ApplicationFactory])
def test_a_tenant_that_has_something_stays(factory: Any) -> None:
    made = factory()
    with pytest.raises(ProtectedError):
        made.tenant.delete()
    made.delete()
    made.tenant.delete()
    assert not Tenant.objects.filter(pk=made.tenant_id).exists()


def test_an_api_that_an_application_names_stays() -> None:
    api = ApiFactory()
    application = ApplicationFactory(tenant=api.tenant, apis=[api])
    with pytest.raises(ProtectedError):
        api.delete()
    application.delete()
    assert Api.objects.filter(pk=api.pk).exists() and not api.applications.exists()


def test_a_person_who_goes_leaves_no_membership_and_every_role() -> None:
    member, role = MembershipFactory(), RoleFactory()
    member.roles.add(role)
    member.user.delete()
    assert not Membership.objects.exists() and Role.objects.get() == role


# -- what a row says of itself


def test_only_what_every_instance_has_is_built_in() -> None:
    tenant = Tenant.objects.get(slug="default")
    assert tenant.is_built_in and tenant.applications.get().is_built_in
    assert not ApplicationFactory(tenant=tenant).is_built_in
    assert not TenantFactory(slug="Default").is_built_in


@pytest.mark.parametrize(
    ("type", "confidential"),
    [("web", True), ("service", True), ("spa", False), ("native", False)],
)
def test_only_a_server_keeps_a_secret(
    type: str,
    confidential: bool,
) -> None:
    assert ApplicationFactory(type=type).is_confidential is confidential


def test_lifetimes_are_its_own_or_the_instances() -> None:
    plain = ApplicationFactory()
    assert (plain.access_seconds, plain.idle_seconds, plain.absolute_seconds) == (
        settings.ACCESS_TOKEN_SECONDS,
        settings.SESSION_IDLE_SECONDS,
        settings.SESSION_ABSOLUTE_SECONDS,
    )
    own = ApplicationFactory(
        access_token_seconds=1, session_idle_seconds=2, session_absolute_seconds=3
    )
    assert (own.access_seconds, own.idle_seconds, own.absolute_seconds) == (1, 2, 3)


@pytest.mark.parametrize(
    ("suspended", "expires", "stands"),
    [
        (None, None, True),
        (None, MINUTE, True),
        (None, -MINUTE, False),
        (None, timedelta(0), False),
        (-MINUTE, None, False),
        (-MINUTE, MINUTE, False),
    ],
)
def test_the_row_and_the_query_agree_on_which_membership_stands(
    suspended: timedelta | None,
    expires: timedelta | None,
    stands: bool,
) -> None:
    now = timezone.now()
    member = MembershipFactory(
        suspended_at=suspended and now + suspended,
        expires_at=None if expires is None else now + expires,
    )
    assert member.is_active is stands
    assert Membership.objects.active().filter(pk=member.pk).exists() is stands


def test_the_epoch_moves_with_the_change_and_only_in_the_rows_asked_for() -> None:
    mine, other = TenantFactory.create_batch(2)
    rows = Tenant.objects.filter(pk=mine.pk, suspended_at=None)
    assert bump_epoch(rows, suspended_at=timezone.now()) == 1
    assert bump_epoch(rows, suspended_at=timezone.now()) == 0, "no longer among them"
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.epoch, other.epoch) == (1, 0)
    assert mine.suspended_at and not other.suspended_at


@pytest.mark.django_db(transaction=True)
def test_no_bump_is_lost_among_parallel_ones(together: Any) -> None:
    member = MembershipFactory(user=UserFactory())
    rows = Membership.objects.filter(pk=member.pk)
    assert together(8, lambda number: bump_epoch(rows.all())) == [1] * 8
    member.refresh_from_db()
    assert member.epoch == 8


@pytest.mark.parametrize("state", Invitation.State.values)
def test_the_row_and_the_query_agree_on_where_an_invitation_stands(state: str) -> None:
    now = timezone.now()
    for traits in (
        {},
        {"expires_at": now - MINUTE},
        {"accepted_at": now, "standing": None},
        {"revoked_at": now, "standing": None, "expires_at": now - MINUTE},
    ):
        InvitationFactory(**traits)
    (found,) = Invitation.objects.in_state(state)
    assert found.state == state and str(found) == found.email


def test_one_invitation_stands_per_tenant_and_address_and_any_number_ended() -> None:
    standing = InvitationFactory(email="a@example.com")
    again = {"tenant": standing.tenant, "email": "a@example.com"}
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(**again)
    for _ in range(2):
        InvitationFactory(**again, standing=None)
    InvitationFactory(email="a@example.com")
    InvitationFactory(**again | {"email": "á@example.com"})


def test_whoever_invited_may_go_and_the_invitation_stays() -> None:
    made = InvitationFactory(invited_by=UserFactory())
    made.invited_by.delete()
    made.refresh_from_db()
    assert made.invited_by is None and made.standing
