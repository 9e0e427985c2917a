"""What a person allowed, and the device has not fetched yet, when something ends."""

from typing import Any

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from accounts.privacy import services as privacy
from tenants.models import Membership
from tenants.services import applications, memberships
from tenants.services.tenants import resume_tenant, suspend_tenant
from tests.conftest import Together
from tests.factories import UserFactory
from tests.tokens.oidc.boxes import Box, allow, box
from tests.tokens.pages.browsers import session_at
from tokens import standing
from tokens.errors import TokenRevoked
from tokens.models import Session
from tokens.oidc.models import Consent, DeviceCode
from tokens.oidc.services import consents, devices

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann")
    return user


@pytest.fixture
def tv() -> Box:
    return box()


def _shut_and_open(
    reason: str,
    tv: Box,
    user: User,
) -> None:
    tenant = tv.application.tenant
    if reason == "application":
        applications.suspend_application(tv.application, acting_user=None)
        applications.resume_application(tv.application, acting_user=None)
    elif reason == "tenant":
        suspend_tenant(tenant, acting_user=None)
        resume_tenant(tenant, acting_user=None)
    else:
        mine = Membership.objects.get(user=user, tenant=tenant)
        memberships.suspend_membership(mine, acting_user=None)
        memberships.resume_membership(mine, acting_user=None)


@pytest.mark.parametrize("reason", ["application", "tenant", "member"])
def test_what_was_allowed_does_not_outlive_a_suspension(
    tv: Box,
    ann: User,
    reason: str,
) -> None:
    code = tv.codes(scope="openid")
    allow(ann, code["user_code"])
    _shut_and_open(reason, tv, ann)
    assert tv.told(code["device_code"]) == "invalid_grant"
    assert not Session.objects.filter(application=tv.application).exists()


def _ended(
    how: str,
    tv: Box,
    user: User,
) -> object:
    """End what a device hangs from."""
    if how == "application":
        return applications.suspend_application(tv.application, acting_user=None)
    if how == "tenant":
        return suspend_tenant(tv.application.tenant, acting_user=None)
    if how == "member":
        mine = Membership.objects.get(user=user, tenant=tv.application.tenant)
        return memberships.suspend_membership(mine, acting_user=None)
    if how == "consent":
        return consents.revoke(Consent.objects.get(user=user), acting_user=user)
    if how == "everywhere":
        return accounts.sign_out_everywhere(user, acting_user=user)
    if how == "disabled":
        return accounts.disable_user(user, acting_user=None)
    privacy.delete_user(user, acting_user=None)
    return None


@pytest.mark.parametrize(
    "how",
    [
        *("application", "tenant", "member", "consent"),
        *("everywhere", "disabled", "erased"),
    ],
)
def test_an_ending_and_exchanges_at_once_do_not_stand_in_each_others_way(
    ann: User,
    together: Together,
    how: str,
) -> None:
    tv = box(is_first_party=False)
    Membership.objects.create(user=ann, tenant=tv.application.tenant)
    given = [tv.codes(scope="openid")["device_code"] for _ in range(5)]
    row = DeviceCode.objects.select_related("application__tenant", "api").latest("id")
    consents.grant(ann, tv.application, devices.target_of(row))
    login = session_at(ann).login
    DeviceCode.objects.update(approved_at=timezone.now(), login=login)

    def act(number: int) -> Any:
        if number == 5:
            return _ended(how, tv, ann)
        return tv.poll(given[number]).status_code

    said = together(6, act)
    assert not [got for got in said if isinstance(got, Exception)], said
    assert set(said[:5]) <= {200, 400}, said
    for session in Session.objects.filter(application=tv.application):
        with pytest.raises(TokenRevoked):
            standing.read(session.sid).require_in_force()
