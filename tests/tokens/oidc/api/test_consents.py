"""Consents over REST: one's own, and those given to a tenant's applications."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Tenant
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)
from tests.tokens.oidc.third import consented, is_live, shop
from tokens import minting
from tokens.oidc.models import Consent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
MINE = "/api/v1/users/me/consents"
Call = Callable[[str], Any]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def calling(
    user: User,
    scope: str = "account",
) -> APIClient:
    """Return a client with somebody's token for the identity API."""
    application = ApplicationFactory(scopes=["account", "manage"])
    session = SessionFactory(user=user, application=application, scope=scope)
    client = APIClient()
    token = minting.issue(session.sid).access_token
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def keeping(
    tenant: Tenant,
    *held: str,
) -> APIClient:
    """Return a client of somebody with permissions in a tenant."""
    membership = MembershipFactory(tenant=tenant)
    role = RoleFactory(tenant=tenant, permissions=list(held))
    membership.roles.add(role)
    return calling(membership.user, "manage")


def of(tenant: Tenant) -> str:
    """Return the path of a tenant's consents."""
    return f"/api/v1/tenants/{tenant.slug}/consents"


def test_one_sees_ones_own_newest_first(ann: User) -> None:
    consented(UserFactory())
    first, second = consented(ann, shop("First")), consented(ann, shop("Second"))
    page = calling(ann).get(MINE).json()
    assert [row["application"] for row in page["data"]] == ["Second", "First"]
    assert page["has_more"] is False
    row = page["data"][1]
    assert row.pop("created_at") and row.pop("changed_at")
    assert row == {
        "id": str(first.pk),
        "client_id": first.application.client_id,
        "application": "First",
        "audience": second.audience,
        "scope": "openid email",
    }


def test_they_are_paged(ann: User) -> None:
    for name in ("a", "b", "c"):
        consented(ann, shop(name))
    client = calling(ann)
    page = client.get(MINE, {"limit": 2}).json()
    assert page["has_more"] and len(page["data"]) == 2
    rest = client.get(MINE, {"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [row["application"] for row in rest["data"]] == ["a"]
    assert client.get(MINE, {"cursor": "\u00e4\ud7ff"}).status_code == 400


def test_taking_one_back_ends_the_sessions_there(ann: User) -> None:
    consent, kept = consented(ann), consented(ann)
    there = SessionFactory(user=ann, application=consent.application)
    client = calling(ann)
    assert client.delete(f"{MINE}/{consent.pk}").status_code == 204
    assert client.delete(f"{MINE}/{consent.pk}").status_code == 404
    assert not is_live(there) and Consent.objects.get() == kept
    assert client.get(MINE).status_code == 200, "the caller's own session lives on"


def test_somebody_elses_is_not_found_and_stays(ann: User) -> None:
    theirs = consented(UserFactory())
    client = calling(ann)
    assert client.delete(f"{MINE}/{theirs.pk}").status_code == 404
    assert client.delete(f"{MINE}/{uuid4()}").status_code == 404
    for malformed in ("x", "1", "%00", "%ED%A0%80", "a" * 3000):
        answer = client.delete(f"{MINE}/{malformed}")
        assert answer.status_code in (400, 404), malformed
    assert client.post(MINE, {}).status_code == 405
    assert Consent.objects.get() == theirs


def test_without_the_right_token_nothing_is_seen(ann: User) -> None:
    consent = consented(ann)
    anybody, managing = APIClient(), calling(ann, "manage")
    for path in (MINE, of(consent.application.tenant)):
        assert anybody.get(path).status_code == 401
        assert anybody.delete(f"{path}/{consent.pk}").status_code == 401
    assert managing.get(MINE).status_code == 403
    assert managing.delete(f"{MINE}/{consent.pk}").status_code == 403
    session = SessionFactory(user=ann)
    pair = minting.issue(session.sid)
    anybody.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.refresh_token}")
    assert anybody.get(MINE).status_code == 401
    assert Consent.objects.exists()


def test_a_disabled_person_sees_and_takes_back_nothing(ann: User) -> None:
    from accounts import services

    consent, client = consented(ann), calling(ann)
    services.disable_user(ann, acting_user=None)
    assert client.get(MINE).status_code == 401
    assert client.delete(f"{MINE}/{consent.pk}").status_code == 401
    assert Consent.objects.exists()


def test_who_manages_members_sees_and_takes_back_those_of_the_tenant(
    ann: User,
) -> None:
    consent, elsewhere = consented(ann), consented(ann)
    tenant = consent.application.tenant
    client = keeping(tenant, "members:read", "members:write")
    rows = client.get(of(tenant)).json()["data"]
    assert [(row["id"], row["user_id"]) for row in rows] == [
        (str(consent.pk), str(ann.pk))
    ]
    assert client.get(of(elsewhere.application.tenant)).status_code == 404
    assert client.delete(f"{of(tenant)}/{elsewhere.pk}").status_code == 404
    other = f"{of(elsewhere.application.tenant)}/{elsewhere.pk}"
    assert client.delete(other).status_code == 404
    assert client.delete(f"{of(tenant)}/{consent.pk}").status_code == 204
    assert Consent.objects.get() == elsewhere
    event = Event.objects.get(action="token:consent:revoked")
    assert event.target_id == str(ann.pk) != event.actor_id


def test_who_only_reads_takes_nothing_back(ann: User) -> None:
    consent = consented(ann)
    tenant = consent.application.tenant
    reader, other = keeping(tenant, "members:read"), keeping(tenant, "apis:read")
    assert reader.get(of(tenant)).status_code == 200
    assert reader.delete(f"{of(tenant)}/{consent.pk}").status_code == 403
    assert other.get(of(tenant)).status_code == 403
    assert calling(ann, "account").get(of(tenant)).status_code == 403
    assert Consent.objects.exists()
