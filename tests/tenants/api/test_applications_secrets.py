"""Client secrets over the management API: shown once, several at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.audit.models import Event
from tenants.errors import InvalidClient
from tenants.models import Application, ApplicationSecret, Tenant
from tenants.services.secrets import authenticate_secret
from tests.factories import ApplicationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def service(tenant: Tenant) -> Application:
    """A confidential application without a secret yet."""
    made: Application = ApplicationFactory(
        tenant=tenant, client_id="cron", type="service", is_first_party=False, scopes=[]
    )
    return made


@pytest.fixture
def path(service: Application) -> str:
    """Where its secrets are."""
    return f"/api/v1/tenants/{service.tenant.slug}/applications/cron/secrets"


def works(secret: str) -> bool:
    """Tell whether the service gets in with it."""
    try:
        return authenticate_secret("cron", secret).client_id == "cron"
    except InvalidClient:
        return False


def rotate(
    caller: APIClient,
    path: str,
    **body: Any,
) -> dict[str, Any]:
    """Return a fresh secret as it is shown."""
    answer = caller.post(path, body, format="json")
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    shown: dict[str, Any] = answer.json()
    return shown


@pytest.mark.parametrize("type", ["web", "service"])
def test_a_new_applications_secret_is_shown_this_once(
    manager: APIClient,
    tenant: Tenant,
    type: str,
) -> None:
    path = f"/api/v1/tenants/{tenant.slug}/applications"
    made = manager.post(path, {"name": "App", "type": type}, format="json")
    assert made["Cache-Control"] == "no-store"
    client_id, secret = made.json()["client_id"], made.json()["client_secret"]
    assert authenticate_secret(client_id, secret).tenant == tenant
    for later in (
        manager.get(path),
        manager.get(f"{path}/{client_id}"),
        manager.patch(f"{path}/{client_id}", {"name": "New"}, format="json"),
        manager.get(f"{path}/{client_id}/secrets"),
        manager.get(f"/api/v1/tenants/{tenant.slug}/audit-events"),
    ):
        assert later.status_code == 200
        assert secret not in later.content.decode()
    assert secret not in str([vars(row) for row in ApplicationSecret.objects.all()])


def test_several_secrets_work_side_by_side_for_the_overlap(
    manager: APIClient,
    path: str,
) -> None:
    old = rotate(manager, path)
    new = rotate(manager, path, overlap=60)
    assert works(old["client_secret"]) and works(new["client_secret"])
    rows = manager.get(path).json()["data"]
    assert [row["id"] for row in rows] == [new["id"], old["id"]]
    assert [row["hint"] for row in rows] == [
        shown["client_secret"][-4:] for shown in (new, old)
    ]
    assert rows[0]["expires_at"] is None
    left = datetime.fromisoformat(rows[1]["expires_at"]) - timezone.now()
    assert timedelta(0) < left <= timedelta(seconds=60)
    assert all("client_secret" not in row and "digest" not in row for row in rows)


def test_a_lapsed_secret_is_refused_and_still_listed(
    manager: APIClient,
    path: str,
) -> None:
    old = rotate(manager, path)
    new = rotate(manager, path, overlap=0)
    assert not works(old["client_secret"]) and works(new["client_secret"])
    assert len(manager.get(path).json()["data"]) == 2


def test_the_overlap_is_a_day_unless_said_otherwise(
    manager: APIClient,
    path: str,
) -> None:
    rotate(manager, path)
    rotate(manager, path)
    until = ApplicationSecret.objects.exclude(expires_at=None).get().expires_at
    assert until
    left = until - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_a_revoked_secret_is_refused_at_once_and_the_other_works(
    manager: APIClient,
    path: str,
) -> None:
    old, new = rotate(manager, path), rotate(manager, path)
    for _ in range(2):
        assert manager.delete(f"{path}/{old['id']}").status_code == 204
    assert not works(old["client_secret"]) and works(new["client_secret"])
    rows = {row["id"]: row for row in manager.get(path).json()["data"]}
    assert rows[old["id"]]["revoked_at"] and not rows[new["id"]]["revoked_at"]
    assert Event.objects.filter(action="tenant:secret:revoked").count() == 1
    assert Event.objects.filter(action="tenant:secret:created").count() == 2


def test_the_secret_of_another_application_is_not_found(
    manager: APIClient,
    path: str,
    service: Application,
) -> None:
    shown = rotate(manager, path)
    ApplicationFactory(
        **{"tenant": service.tenant, "client_id": "other", "type": "web"},
        **{"is_first_party": False, "scopes": []},
    )
    elsewhere = path.replace("/cron/", "/other/")
    assert manager.get(elsewhere).json()["data"] == []
    assert manager.delete(f"{elsewhere}/{shown['id']}").status_code == 404
    assert works(shown["client_secret"])


def test_a_public_application_gets_none(
    root: APIClient,
    service: Application,
    path: str,
) -> None:
    Application.objects.filter(pk=service.pk).update(type="spa")
    answer = root.post(path, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not ApplicationSecret.objects.exists()


@pytest.mark.parametrize("overlap", [-1, 10**9])
def test_an_unreasonable_overlap_is_refused(
    manager: APIClient,
    path: str,
    overlap: int,
) -> None:
    answer = manager.post(path, {"overlap": overlap}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/overlap"
    assert not ApplicationSecret.objects.exists()


def test_a_rotation_sent_again_makes_one_secret_and_does_not_repeat_it(
    manager: APIClient,
    path: str,
) -> None:
    key = {"Idempotency-Key": "one"}
    first, again = (
        manager.post(path, {"overlap": 5}, format="json", headers=key) for _ in range(2)
    )
    assert works(first.json()["client_secret"])
    assert again.json() == first.json() | {"client_secret": None}
    assert again["Cache-Control"] == "no-store"
    assert ApplicationSecret.objects.count() == 1


def test_a_secret_notes_its_last_use(
    manager: APIClient,
    path: str,
) -> None:
    secret = rotate(manager, path)
    assert secret["last_used_at"] is None
    assert works(secret["client_secret"])
    (row,) = manager.get(path).json()["data"]
    assert row["last_used_at"].endswith("Z")
