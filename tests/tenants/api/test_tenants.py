"""Tenants over the management API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Tenant
from tests.factories import TenantFactory
from tests.tenants.api.conftest import SignedIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
TENANTS = "/api/v1/tenants"


def told(action: str) -> list[Event]:
    """Return the events of one action."""
    return list(Event.objects.filter(action=f"tenant:tenant:{action}"))


def test_a_superuser_makes_a_tenant(
    root: APIClient,
    superuser: User,
) -> None:
    sent = {"slug": "acme", "name": "Acme", "registration": "open"}
    answer = root.post(TENANTS, sent)
    made = Tenant.objects.get(slug="acme")
    assert answer.status_code == 201
    assert answer.json() == {
        **sent,
        "id": str(made.pk),
        "verification_required": True,
        "mfa_required": False,
        "suspended_at": None,
        "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
    }
    (event,) = told("created")
    assert (event.actor_id, event.tenant_id) == (str(superuser.pk), made.pk)


def test_a_tenant_needs_no_more_than_a_slug(root: APIClient) -> None:
    shown = root.post(TENANTS, {"slug": "acme"}).json()
    assert (shown["name"], shown["registration"]) == ("acme", "invite")
    assert root.post(TENANTS, {"name": "Acme"}).status_code == 400


def test_a_taken_slug_is_a_conflict(
    root: APIClient,
    tenant: Tenant,
) -> None:
    answer = root.post(TENANTS, {"slug": tenant.slug})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert told("created") == []


def test_one_reads_the_tenants_one_manages_and_a_superuser_all(
    root: APIClient,
    manager: APIClient,
    tenant: Tenant,
) -> None:
    TenantFactory()
    mine = manager.get(TENANTS).json()
    assert [row["slug"] for row in mine["data"]] == [tenant.slug]
    assert mine["data"][0] == manager.get(f"{TENANTS}/{tenant.slug}").json()
    slugs = {row["slug"] for row in root.get(TENANTS).json()["data"]}
    assert slugs == set(Tenant.objects.values_list("slug", flat=True))


def test_a_patch_changes_what_it_names_and_leaves_the_rest(
    manager: APIClient,
    tenant: Tenant,
    admin: User,
) -> None:
    path = f"{TENANTS}/{tenant.slug}"
    answer = manager.patch(path, {"registration": "closed"})
    assert answer.status_code == 200
    assert answer.json() == manager.get(path).json()
    assert answer.json()["name"] == tenant.name
    tenant.refresh_from_db()
    assert tenant.registration == "closed" and tenant.epoch == 0
    (event,) = told("changed")
    assert event.details == {"changed": ["registration"]}
    assert event.actor_id == str(admin.pk)


@pytest.mark.parametrize("same", [{}, {"registration": "open"}])
def test_a_patch_that_changes_nothing_is_no_event(
    manager: APIClient,
    tenant: Tenant,
    same: dict[str, str],
) -> None:
    assert manager.patch(f"{TENANTS}/{tenant.slug}", same).status_code == 200
    assert told("changed") == []


def test_the_slug_is_forever(
    root: APIClient,
    tenant: Tenant,
) -> None:
    answer = root.patch(f"{TENANTS}/{tenant.slug}", {"slug": "other"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/slug"
    assert Tenant.objects.filter(slug=tenant.slug).exists()


def test_a_suspension_is_felt_at_once_and_a_resumption_revives_nothing(
    root: APIClient,
    tenant: Tenant,
    signed_in: SignedIn,
) -> None:
    assert signed_in.read() == 200
    shown = root.post(f"{TENANTS}/{tenant.slug}/suspend").json()
    assert shown["suspended_at"].endswith("Z")
    assert signed_in.read() == 401
    assert signed_in.refresh()[0] == 401
    shown = root.post(f"{TENANTS}/{tenant.slug}/resume").json()
    assert shown["suspended_at"] is None
    assert signed_in.read() == 401
    assert signed_in.refresh()[0] == 401


def test_both_may_be_repeated_and_count_once(
    root: APIClient,
    tenant: Tenant,
) -> None:
    for epoch, verb in enumerate(("suspend", "resume"), start=1):
        answers = [root.post(f"{TENANTS}/{tenant.slug}/{verb}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        tenant.refresh_from_db()
        assert tenant.epoch == epoch
        assert len(told({"suspend": "suspended", "resume": "resumed"}[verb])) == 1


def test_a_suspended_tenant_is_out_of_its_admins_sight(
    root: APIClient,
    manager: APIClient,
    tenant: Tenant,
) -> None:
    root.post(f"{TENANTS}/{tenant.slug}/suspend")
    assert manager.get(f"{TENANTS}/{tenant.slug}").status_code == 404
    assert manager.get(TENANTS).json()["data"] == []
    assert root.get(f"{TENANTS}/{tenant.slug}").status_code == 200
    root.post(f"{TENANTS}/{tenant.slug}/resume")
    assert manager.get(f"{TENANTS}/{tenant.slug}").status_code == 200


def test_the_built_in_tenant_is_not_suspended(root: APIClient) -> None:
    answer = root.post(f"{TENANTS}/default/suspend")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Tenant.objects.get(slug="default").suspended_at is None


@pytest.mark.parametrize("verb", ["suspend", "resume"])
@pytest.mark.parametrize("body", [{"reason": "x"}, ["x"]])
def test_neither_takes_a_field(
    root: APIClient,
    tenant: Tenant,
    verb: str,
    body: Any,
) -> None:
    answer = root.post(f"{TENANTS}/{tenant.slug}/{verb}", body, format="json")
    assert answer.status_code == 400
    tenant.refresh_from_db()
    assert tenant.epoch == 0


def test_a_creation_sent_again_makes_one_tenant(root: APIClient) -> None:
    key = {"Idempotency-Key": "one"}
    first, again = (root.post(TENANTS, {"slug": "acme"}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(told("created")) == 1


def test_a_tenants_admin_asks_for_a_second_factor(
    manager: APIClient,
    tenant: Tenant,
) -> None:
    answer = manager.patch(f"{TENANTS}/{tenant.slug}", {"mfa_required": True})
    assert answer.json()["mfa_required"] is True
    (event,) = told("changed")
    assert event.details == {"changed": ["mfa_required"]}
    for loose in ("true", 1, None):
        sent = {"mfa_required": loose}
        refused = manager.patch(f"{TENANTS}/{tenant.slug}", sent, format="json")
        assert refused.status_code == 400
