"""Members over the management API."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Membership, Tenant
from tests.factories import MembershipFactory, RoleFactory, UserFactory
from tests.tenants.api.conftest import SignedIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
FAR = "2090-01-01T00:00:00Z"


@pytest.fixture
def path(tenant: Tenant) -> str:
    """Where the tenant's members are."""
    return f"/api/v1/tenants/{tenant.slug}/memberships"


def told(action: str) -> list[Event]:
    """Return the events of one action."""
    return list(Event.objects.filter(action=f"tenant:membership:{action}"))


@pytest.mark.parametrize("by", ["email", "user_id"])
def test_a_superuser_adds_a_member(
    root: APIClient,
    superuser: User,
    tenant: Tenant,
    path: str,
    by: str,
) -> None:
    alice = UserFactory(email="Alice@example.com", name="Alice")
    RoleFactory(tenant=tenant, name="clerk")
    who = {"email": "ALICE@EXAMPLE.com", "user_id": str(alice.pk)}[by]
    sent = {by: who, "roles": ["clerk", "clerk"], "expires_at": FAR}
    answer = root.post(path, sent, format="json")
    made = Membership.objects.get(tenant=tenant)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(made.pk),
        "user": {"id": str(alice.pk), "email": "Alice@example.com", "name": "Alice"},
        "roles": ["clerk"],
        "expires_at": FAR,
        "suspended_at": None,
        "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
    }
    (event,) = told("created")
    assert (event.actor_id, event.target_id) == (str(superuser.pk), str(alice.pk))


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"email": "nobody@example.com"}, "#/email", "unknown_user"),
        ({"email": "no address"}, "#/email", "unknown_user"),
        ({"user_id": str(uuid4())}, "#/user_id", "unknown_user"),
        ({}, "#", "invalid"),
        ({"email": "a@example.com", "user_id": str(uuid4())}, "#", "invalid"),
        ({"email": "root@example.com", "roles": ["clerk"]}, "#/roles", "unknown_role"),
        (
            {"email": "root@example.com", "expires_at": "1999-01-01T00:00:00Z"},
            *("#/expires_at", "invalid"),
        ),
    ],
)
def test_a_refusal_points_at_its_field(
    root: APIClient,
    tenant: Tenant,
    path: str,
    sent: dict[str, Any],
    pointer: str,
    code: str,
) -> None:
    UserFactory(email="root@example.com")
    RoleFactory(name="clerk")
    answer = root.post(path, sent, format="json")
    assert answer.status_code == 400
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert not tenant.memberships.exists()


def test_nobody_is_a_member_twice(
    root: APIClient,
    path: str,
    tenant: Tenant,
) -> None:
    member = MembershipFactory(tenant=tenant)
    answer = root.post(path, {"email": member.user.email})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert tenant.memberships.count() == 1


def test_a_patch_sets_exactly_these_roles(
    manager: APIClient,
    admin: User,
    tenant: Tenant,
    path: str,
) -> None:
    for name in ("clerk", "seller"):
        RoleFactory(tenant=tenant, name=name)
    mine = f"{path}/{MembershipFactory(tenant=tenant).pk}"
    before = manager.get(mine).json()
    for roles in (["clerk", "seller"], ["seller"], ["seller"], []):
        answer = manager.patch(mine, {"roles": roles}, format="json")
        assert answer.json() == before | {"roles": roles}
        assert manager.get(mine).json() == answer.json()
    events = told("changed")
    assert {event.actor_id for event in events} == {str(admin.pk)}
    assert [event.details["roles"] for event in events] == [
        *([], ["seller"], ["clerk", "seller"])
    ]


def test_roles_reach_the_tokens_and_the_session_lives(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    signed_in: SignedIn,
) -> None:
    RoleFactory(tenant=tenant, name="clerk")
    mine = f"{path}/{signed_in.membership.pk}"
    manager.patch(mine, {"roles": ["clerk"]}, format="json")
    assert signed_in.read() == 401
    status, body = signed_in.refresh()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (status, claims["roles"]) == (200, ["clerk"])


def test_an_end_is_set_moved_and_lifted(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    member = MembershipFactory(tenant=tenant)
    for until in (FAR, "2091-01-01T02:00:00+02:00", None):
        sent = {"expires_at": until}
        shown = manager.patch(f"{path}/{member.pk}", sent, format="json").json()
        expected = until and until.replace("T02:00:00+02:00", "T00:00:00Z")
        assert shown["expires_at"] == expected
    member.refresh_from_db()
    assert member.epoch == 0 and len(told("changed")) == 3


def test_an_end_that_has_passed_is_felt_at_once(
    manager: APIClient,
    path: str,
    signed_in: SignedIn,
) -> None:
    mine = f"{path}/{signed_in.membership.pk}"
    past = timezone.now() - timedelta(seconds=1)
    assert manager.patch(mine, {"expires_at": past.isoformat()}).status_code == 200
    assert signed_in.membership.epoch == 1
    assert signed_in.read() == 401
    assert signed_in.refresh()[0] == 401
    assert manager.patch(mine, {"expires_at": None}, format="json").status_code == 200
    assert signed_in.refresh()[0] == 401, "what lapsed stays ended"


def test_a_suspension_is_felt_at_once_and_a_resumption_revives_nothing(
    manager: APIClient,
    path: str,
    signed_in: SignedIn,
) -> None:
    mine = f"{path}/{signed_in.membership.pk}"
    for epoch, verb in enumerate(("suspend", "resume"), start=1):
        answers = [manager.post(f"{mine}/{verb}") for _ in range(2)]
        assert answers[0].json() == answers[1].json() == manager.get(mine).json()
        assert bool(answers[0].json()["suspended_at"]) is (verb == "suspend")
        assert signed_in.membership.epoch == epoch
        assert signed_in.read() == 401
        assert signed_in.refresh()[0] == 401
    assert len(told("suspended")) == len(told("resumed")) == 1


@pytest.mark.parametrize("verb", ["suspend", "resume"])
def test_neither_takes_a_field(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    verb: str,
) -> None:
    member = MembershipFactory(tenant=tenant)
    sent = {"expires_at": FAR}
    answer = manager.post(f"{path}/{member.pk}/{verb}", sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    member.refresh_from_db()
    assert member.epoch == 0


def test_whoever_is_taken_out_is_out_at_once_and_keeps_the_account(
    manager: APIClient,
    path: str,
    signed_in: SignedIn,
) -> None:
    member, user = signed_in.membership, signed_in.session.login.user
    assert manager.delete(f"{path}/{member.pk}").status_code == 204
    assert signed_in.read() == 401
    assert signed_in.refresh()[0] == 401
    for again in (manager.get, manager.delete):
        assert again(f"{path}/{member.pk}").status_code == 404
    assert User.objects.get(pk=user.pk).is_active
    (event,) = told("ended")
    assert event.target_id == str(user.pk)


def test_a_tenants_admin_changes_nothing_that_belongs_to_the_person(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    member = MembershipFactory(tenant=tenant)
    for field in ("user", "email", "password", "is_active", "suspended_at", "epoch"):
        answer = manager.patch(f"{path}/{member.pk}", {field: "x"}, format="json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert manager.get(f"/api/v1/users/{member.user_id}").status_code == 403
