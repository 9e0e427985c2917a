"""Invitations over the management API."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tenants.models import Invitation, Tenant
from tests.factories import (
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tests.tenants import mailed
from tests.tenants.api.conftest import As
from tests.tenants.conftest import Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def path(tenant: Tenant) -> str:
    """Where the tenant's invitations are."""
    return f"/api/v1/tenants/{tenant.slug}/invitations"


def iso(moment: Any) -> str:
    """Return a moment as it is told."""
    return str(moment.isoformat()).replace("+00:00", "Z")


def test_a_tenants_admin_invites(
    manager: APIClient,
    admin: User,
    tenant: Tenant,
    path: str,
) -> None:
    RoleFactory(tenant=tenant, name="clerk")
    answer = manager.post(path, {"email": "Guest@example.com", "roles": ["clerk"]})
    made = Invitation.objects.get()
    assert answer.status_code == 201, answer.content
    assert answer.json() == {
        "id": str(made.pk),
        "email": "Guest@example.com",
        "roles": ["clerk"],
        "state": "open",
        "invited_by": {"id": str(admin.pk), "email": admin.email, "name": admin.name},
        "created_at": iso(made.created_at),
        "sent_at": iso(made.sent_at),
        "expires_at": iso(made.expires_at),
        "accepted_at": None,
        "revoked_at": None,
    }
    assert manager.get(f"{path}/{made.pk}").json() == answer.json()
    assert mailed.last_key() not in answer.content.decode()


def test_the_answer_tells_of_no_account(
    manager: APIClient,
    path: str,
) -> None:
    UserFactory(email="known@example.com")
    UserFactory(email="unproven@example.com", verified=False)
    UserFactory(email="disabled@example.com", is_active=False)
    told = set()
    for name in ("known", "unproven", "disabled", "nobody"):
        answer = manager.post(path, {"email": f"{name}@example.com"})
        shown = answer.json()
        varying = ("id", "email", "created_at", "sent_at", "expires_at")
        kept = {k: str(v) for k, v in shown.items() if k not in varying}
        told.add((answer.status_code, *sorted(kept.items())))
    assert len(told) == 1
    assert len({letter["subject"] for letter in mailed.letters()}) == 1


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({}, "#/email", "required"),
        ({"email": "no address"}, "#/email", "invalid"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "#/email", "invalid"),
        ({"email": "a@example.com", "roles": ["x"]}, "#/roles", "unknown_role"),
        ({"email": "a@example.com", "tenant": "x"}, "#/tenant", "unknown_field"),
    ],
)
def test_a_refusal_points_at_its_field(
    manager: APIClient,
    path: str,
    sent: dict[str, Any],
    pointer: str,
    code: str,
) -> None:
    answer = manager.post(path, sent)
    assert answer.status_code == 400
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert not Invitation.objects.exists()


def test_no_more_is_given_than_is_held(
    member: Member,
    as_user: As,
    tenant: Tenant,
    path: str,
) -> None:
    clerk = as_user(member("members:write", "members:read").user)
    RoleFactory(tenant=tenant, name="boss", permissions=["roles:write"])
    sent = {"email": "guest@example.com", "roles": ["boss"]}
    answer = clerk.post(path, sent)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert mailed.letters() == []


def test_a_member_is_a_conflict(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    member = MembershipFactory(tenant=tenant)
    answer = manager.post(path, {"email": member.user.email})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_closed_tenant_invites_nobody(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(registration="closed")
    answer = manager.post(path, {"email": "guest@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")


def test_an_invitation_sent_again_by_key_mails_once(
    manager: APIClient,
    path: str,
) -> None:
    sent, headers = {"email": "guest@example.com"}, {"Idempotency-Key": "one"}
    answers = [manager.post(path, sent, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"
    again = f"{path}/{answers[0].json()['id']}/resend"
    for _ in range(2):
        assert (
            manager.post(again, headers={"Idempotency-Key": "two"}).status_code == 200
        )
    assert len(mailed.letters()) == 2


def test_mails_to_one_address_have_a_limit(
    manager: APIClient,
    path: str,
) -> None:
    made = manager.post(path, {"email": "guest@example.com"}).json()
    statuses = [
        manager.post(f"{path}/{made['id']}/resend").status_code for _ in "12345"
    ]
    assert statuses == [200] * 4 + [429]
    answer = manager.post(path, {"email": "guest@example.com"})
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0


def test_a_list_is_filtered_by_state(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    now = timezone.now()
    InvitationFactory()
    states: dict[str, dict[str, Any]] = {
        "open": {},
        "expired": {"expires_at": now},
        "accepted": {"accepted_at": now, "standing": None},
        "revoked": {"revoked_at": now, "standing": None},
    }
    for state, traits in states.items():
        InvitationFactory(tenant=tenant, email=f"{state}@example.com", **traits)
    assert len(manager.get(path).json()["data"]) == 4
    for state in Invitation.State.values:
        (row,) = manager.get(path, {"state": state}).json()["data"]
        assert (row["email"], row["state"]) == (f"{state}@example.com", state)
    for strange in ("", "all", "\u202e", "OPEN"):
        assert manager.get(path, {"state": strange}).status_code == 400


def test_a_revocation_is_final(
    manager: APIClient,
    path: str,
) -> None:
    made = manager.post(path, {"email": "guest@example.com"}).json()
    mine = f"{path}/{made['id']}"
    for _ in range(2):
        assert manager.delete(mine).status_code == 204
    assert manager.get(mine).json()["state"] == "revoked"
    assert manager.post(f"{mine}/resend").status_code == 409
    answer = APIClient().post("/api/v1/auth/invitation", {"key": mailed.last_key()})
    assert (answer.status_code, answer.json()["code"]) == (410, "link_invalid")


def test_an_accepted_one_is_not_revoked(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    made = InvitationFactory(tenant=tenant, accepted_at=timezone.now(), standing=None)
    answer = manager.delete(f"{path}/{made.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_mail_again_takes_no_field(
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    made = InvitationFactory(tenant=tenant)
    answer = manager.post(f"{path}/{made.pk}/resend", {"email": "b@example.com"})
    assert answer.status_code == 400 and mailed.letters() == []


def test_the_link_leads_to_the_issuer_whatever_the_host_header_says(
    manager: APIClient,
    path: str,
    settings: Any,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    manager.post(path, {"email": "guest@example.com"}, headers={"host": "evil.example"})
    (letter,) = mailed.letters()
    assert "evil" not in str(letter)
    assert f"{settings.ISSUER}/account/invitation/?key=" in letter["text"]


def test_a_disabled_admin_and_a_wrong_token_are_refused(
    manager: APIClient,
    admin: User,
    path: str,
) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert manager.post(path, {"email": "guest@example.com"}).status_code == 401
    manager.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    assert manager.get(path).status_code == 401


def test_a_suspended_tenant_is_a_conflict_for_those_who_see_it(
    root: APIClient,
    manager: APIClient,
    tenant: Tenant,
    path: str,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(suspended_at=timezone.now())
    sent = {"email": "guest@example.com"}
    assert root.post(path, sent).status_code == 409
    assert manager.post(path, sent).status_code == 404


def test_another_tenants_invitation_is_not_found(
    manager: APIClient,
    path: str,
) -> None:
    foreign = InvitationFactory(tenant=TenantFactory())
    for call in (manager.get, manager.delete):
        assert call(f"{path}/{foreign.pk}").status_code == 404
    assert manager.post(f"{path}/{foreign.pk}/resend").status_code == 404
    foreign.refresh_from_db()
    assert foreign.standing
