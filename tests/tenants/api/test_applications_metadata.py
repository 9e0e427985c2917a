"""What an application says of itself over the management API, and what is refused."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from tenants.models import Application, ApplicationSecret, Tenant
from tests.factories import ApplicationFactory
from tests.tenants.clientkeys import key, keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
CHANGED = "tenant:application:changed"


@pytest.fixture
def path(tenant: Tenant) -> str:
    """Where the tenant's applications are."""
    return f"/api/v1/tenants/{tenant.slug}/applications"


@pytest.fixture
def shop(tenant: Tenant) -> Application:
    """A third-party application that a tenant's admin may write."""
    made: Application = ApplicationFactory(
        tenant=tenant, client_id="shop", type="web", is_first_party=False, scopes=[]
    )
    return made


def sent_again(shown: dict[str, Any]) -> dict[str, Any]:
    """Return what a caller who read an application may send back."""
    fixed = {"id", "client_id", "type", "suspended_at", "created_at"}
    return {name: value for name, value in shown.items() if name not in fixed}


def test_what_a_client_says_of_itself_is_taken_and_shown(
    manager: APIClient,
    path: str,
) -> None:
    sent: dict[str, Any] = {
        **{"name": "Shop", "type": "web", "jwks": keys(), "jwks_uri": ""},
        **{"post_logout_redirect_uris": ["https://shop.example/out"]},
        **{"backchannel_logout_uri": "https://shop.example/ended"},
        **{"client_authentication": "private_key_jwt", "id_token_algorithm": "EdDSA"},
        **{"require_pushed_authorization_requests": True},
        **{"client_uri": "https://shop.example", "tos_uri": "", "policy_uri": ""},
    }
    made = manager.post(path, sent, format="json")
    shown = made.json()
    assert made.status_code == 201 and shown["client_secret"] is None
    assert {name: shown[name] for name in sent} == sent
    one = f"{path}/{shown['client_id']}"
    del shown["client_secret"]
    assert manager.get(one).json() == shown
    assert manager.patch(one, sent_again(shown), format="json").json() == shown
    assert not Event.objects.filter(action=CHANGED).exists()
    rotated = manager.post(f"{one}/secrets", {}, format="json")
    assert (rotated.status_code, rotated.json()["code"]) == (409, "conflict")
    assert not ApplicationSecret.objects.exists()


HOSTILE: list[tuple[str, Any]] = [
    *(("jwks", {"keys": [{"kty": "oct", "k": "AA"}]}), ("jwks", {"keys": "x"})),
    *(("jwks", {"keys": [{"kty": "\ud800"}]}), ("jwks", {"keys": [[[[]]]]})),
    *(("jwks", {"keys": [key(kid="\ud800")]}), ("jwks", {"keys": [key(kid="\x00")]})),
    *(("jwks", {"keys": [key(d="AA")]}), ("jwks", {"keys": [key()] * 21})),
    *(("jwks", {"keys": [key(x="\u0660" * 43)]}), ("jwks", [key()]), ("jwks", "{}")),
    *(("jwks_uri", "https://a.example/\ud800"), ("jwks_uri", None), ("jwks_uri", {})),
    *(("backchannel_logout_uri", "https://a.example/#"), ("client_uri", "\u202e")),
    *(("policy_uri", "javascript:alert(1)"), ("tos_uri", "http://a.example")),
    ("require_pushed_authorization_requests", 1),
    ("require_pushed_authorization_requests", "true"),
    *(("client_authentication", "none"), ("id_token_algorithm", "HS256")),
    *(("post_logout_redirect_uris", ["javascript:alert(1)"]), ("redirect_uris", "x")),
    *(("redirect_uris", ["https://a.example/../x"]), ("redirect_uris", [["x"]])),
]


@pytest.mark.parametrize(("field", "value"), HOSTILE)
def test_hostile_metadata_is_refused_at_its_field(
    manager: APIClient,
    path: str,
    shop: Application,
    field: str,
    value: Any,
) -> None:
    raw = json.dumps({field: value})
    answer = manager.patch(f"{path}/shop", raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith(f"#/{field}")
    assert not Event.objects.filter(action=CHANGED).exists()


def test_a_huge_key_set_is_no_server_error(
    manager: APIClient,
    path: str,
    shop: Application,
) -> None:
    deep = '{"jwks": ' + '{"keys": [' * 5_000 + "]}" * 5_000 + "}"
    wide = json.dumps({"jwks": keys(key(n="x" * 100_000))})
    for raw, status in ((deep, 400), (wide, 413)):
        answer = manager.patch(f"{path}/shop", raw, content_type="application/json")
        assert answer.status_code == status
