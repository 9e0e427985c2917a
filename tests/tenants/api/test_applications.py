"""Client applications over the management API; their secrets are in a file of their own."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Api, Application, ApplicationApi, ApplicationSecret, Tenant
from tenants.services import secrets
from tests.factories import ApiFactory, ApplicationFactory
from tests.tenants.api.conftest import SignedIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def path(tenant: Tenant) -> str:
    """Where the tenant's applications are."""
    return f"/api/v1/tenants/{tenant.slug}/applications"


@pytest.fixture
def shop(tenant: Tenant) -> Application:
    """A third-party application that a tenant's admin may write."""
    api = ApiFactory(tenant=tenant)
    made: Application = ApplicationFactory(
        tenant=tenant,
        client_id="shop",
        is_first_party=False,
        scopes=["orders:read"],
        apis=[api],
    )
    return made


def told(action: str) -> list[Event]:
    """Return the events of one action."""
    return list(Event.objects.filter(action=f"tenant:application:{action}"))


def test_an_admin_registers_an_application(
    manager: APIClient,
    tenant: Tenant,
    admin: User,
    path: str,
) -> None:
    second, first = ApiFactory.create_batch(2, tenant=tenant)
    sent = {
        **{"name": "Shop", "type": "spa", "scopes": ["orders:read"]},
        **{"redirect_uris": ["https://shop.example/callback"]},
        **{"allowed_origins": ["https://shop.example"]},
        **{"audiences": [first.identifier, second.identifier]},
        **{"access_token_seconds": 60, "session_idle_seconds": None},
    }
    answer = manager.post(path, sent, format="json")
    shown, made = answer.json(), Application.objects.get(tenant=tenant)
    assert answer.status_code == 201
    assert {name: shown[name] for name in sent} == sent
    assert shown["client_id"] == made.client_id
    assert shown["grants"] == ["authorization_code", "refresh_token"]
    assert (shown["is_first_party"], shown["client_secret"]) == (False, None)
    (event,) = told("created")
    assert (event.actor_id, event.target_id) == (str(admin.pk), str(made.pk))


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"type": "spa"}, "#/name"),
        ({"name": "Shop"}, "#/type"),
        ({"audiences": ["https://unknown.example"]}, "#/audiences"),
        ({"scopes": ["orders:read"]}, "#/scopes"),
        ({"grants": ["password"]}, "#/grants"),
        ({"redirect_uris": ["http://shop.example"]}, "#/redirect_uris"),
        ({"scopes": ["account"]}, "#/scopes"),
    ],
)
def test_a_refusal_points_at_its_field_and_leaves_nothing(
    manager: APIClient,
    tenant: Tenant,
    path: str,
    sent: dict[str, Any],
    pointer: str,
) -> None:
    if not {"name", "type"} & set(sent):
        sent = {"name": "Shop", "type": "web", **sent}
    answer = manager.post(path, sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not Application.objects.filter(tenant=tenant).exists()
    assert not ApplicationSecret.objects.exists()


def test_a_patch_changes_what_it_names_and_leaves_the_rest(
    manager: APIClient,
    path: str,
    shop: Application,
) -> None:
    before = manager.get(f"{path}/shop").json()
    answer = manager.patch(f"{path}/shop", {"access_token_seconds": 60}, format="json")
    assert answer.status_code == 200
    assert answer.json() == before | {"access_token_seconds": 60}
    assert manager.get(f"{path}/shop").json() == answer.json()
    cleared = manager.patch(
        f"{path}/shop", {"access_token_seconds": None}, format="json"
    )
    assert cleared.json() == before
    changed = [event.details for event in told("changed")]
    assert changed == [{"changed": ["access_token_seconds"]}] * 2
    assert manager.patch(f"{path}/shop", before_of(before)).status_code == 200
    assert len(told("changed")) == 2, "what is as it was is no change"


def before_of(shown: dict[str, Any]) -> dict[str, Any]:
    """Return what a caller who read an application may send back."""
    fixed = {"id", "client_id", "type", "suspended_at", "created_at"}
    return {name: value for name, value in shown.items() if name not in fixed}


def test_a_patch_replaces_the_apis_in_their_order(
    manager: APIClient,
    path: str,
    shop: Application,
) -> None:
    old = shop.apis.get()
    new = ApiFactory(tenant=shop.tenant)
    for wanted in ([new.identifier, old.identifier], [old.identifier]):
        answer = manager.patch(f"{path}/shop", {"audiences": wanted}, format="json")
        assert answer.json()["audiences"] == wanted
        assert manager.get(f"{path}/shop").json()["audiences"] == wanted


@pytest.mark.parametrize("field", ["type", "client_id", "client_secret", "tenant"])
def test_what_an_application_is_does_not_change(
    root: APIClient,
    path: str,
    shop: Application,
    field: str,
) -> None:
    answer = root.patch(f"{path}/shop", {"name": "New", field: "web"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "pointer": f"#/{field}",
        "code": "unknown_field",
        "detail": "This field is not known.",
    }
    shop.refresh_from_db()
    assert (shop.type, shop.name) == ("spa", "An application")


def test_losing_first_party_ends_what_it_had(
    root: APIClient,
    path: str,
    signed_in: SignedIn,
) -> None:
    application = signed_in.session.application
    sent = {"is_first_party": False, "scopes": []}
    answer = root.patch(f"{path}/{application.client_id}", sent, format="json")
    assert answer.status_code == 200
    application.refresh_from_db()
    assert application.epoch == 1
    assert signed_in.read() == 401
    assert signed_in.refresh()[0] == 401


def test_a_suspension_is_felt_at_once_and_a_resumption_revives_nothing(
    manager: APIClient,
    root: APIClient,
    path: str,
    signed_in: SignedIn,
) -> None:
    application = signed_in.session.application
    for epoch, (client, verb, action) in enumerate(
        ((manager, "suspend", "suspended"), (root, "resume", "resumed")), start=1
    ):
        answers = [
            client.post(f"{path}/{application.client_id}/{verb}") for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()
        assert bool(answers[0].json()["suspended_at"]) is (verb == "suspend")
        application.refresh_from_db()
        assert application.epoch == epoch and len(told(action)) == 1
        assert signed_in.read() == 401
        assert signed_in.refresh()[0] == 401


@pytest.mark.parametrize("verb", ["suspend", "resume"])
def test_neither_takes_a_field(
    manager: APIClient,
    path: str,
    shop: Application,
    verb: str,
) -> None:
    answer = manager.post(f"{path}/shop/{verb}", {"reason": "x"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    shop.refresh_from_db()
    assert shop.epoch == 0


def test_a_deleted_application_takes_all_it_had_with_it(
    root: APIClient,
    path: str,
    signed_in: SignedIn,
) -> None:
    application = signed_in.session.application
    api = ApiFactory(tenant=application.tenant)
    ApplicationApi.objects.create(application=application, api=api)
    Application.objects.filter(pk=application.pk).update(type="web")
    application.refresh_from_db()
    secrets.rotate_secret(application, acting_user=None)
    mine = f"{path}/{application.client_id}"
    assert root.delete(mine).status_code == 204
    assert signed_in.read() == 401
    assert signed_in.refresh()[0] == 401
    assert not ApplicationSecret.objects.exists()
    assert Api.objects.filter(pk=api.pk).exists()
    assert len(told("deleted")) == 1
    for again in (root.get(mine), root.delete(mine), root.post(f"{mine}/suspend")):
        assert again.status_code == 404


def test_the_built_in_application_stays_what_it_is(root: APIClient) -> None:
    path = "/api/v1/tenants/default/applications/default"
    for answer in (
        root.delete(path),
        root.post(f"{path}/suspend"),
        root.patch(path, {"scopes": ["account", "manage"]}, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    shown = root.get(path).json()
    assert (shown["scopes"], shown["suspended_at"]) == (["account"], None)
