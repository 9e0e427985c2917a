"""What an application may be told to be."""

from typing import Any

import pytest
from django.conf import settings

from config.errors import InvalidInput
from tenants.models import Application, Tenant
from tenants.services.applications import change_application, create_application
from tests.factories import ApiFactory, ApplicationFactory
from tests.tenants.clientkeys import keys

pytestmark = pytest.mark.django_db
CODE = ["authorization_code", "refresh_token"]
KEY = {"client_authentication": "private_key_jwt"}
URL = "https://a.example/x"
METADATA: list[tuple[dict[str, Any], str]] = [
    ({"redirect_uris": ["javascript:alert(1)"]}, "#/redirect_uris"),
    ({"post_logout_redirect_uris": [f"{URL}#"]}, "#/post_logout_redirect_uris"),
    ({"post_logout_redirect_uris": [URL] * 2}, "#/post_logout_redirect_uris"),
    ({"backchannel_logout_uri": "http://a.example"}, "#/backchannel_logout_uri"),
    ({"client_authentication": "tls"}, "#/client_authentication"),
    ({"jwks_uri": "http://a.example"}, "#/jwks_uri"),
    ({"jwks": {}}, "#/jwks"),
    ({"client_uri": "http://a.example"}, "#/client_uri"),
    ({"policy_uri": "javascript:alert(1)"}, "#/policy_uri"),
    ({"tos_uri": "x"}, "#/tos_uri"),
    ({"id_token_algorithm": "none"}, "#/id_token_algorithm"),
    ({"jwks": keys(), "jwks_uri": URL}, "#/jwks_uri"),
    ({"type": "web", "jwks": keys(), "jwks_uri": URL, **KEY}, "#/jwks_uri"),
    ({"type": "web", **KEY}, "#/jwks"),
    ({"type": "spa", "jwks": keys(), **KEY}, "#/client_authentication"),
    ({"type": "native", "jwks_uri": URL, **KEY}, "#/client_authentication"),
    (
        {"type": "service", "require_pushed_authorization_requests": True},
        "#/require_pushed_authorization_requests",
    ),
]


def make(
    tenant: Tenant,
    type: str = "spa",
    **traits: Any,
) -> Application:
    """Create an application as the system."""
    traits.setdefault("name", "App")
    made = create_application(tenant, type=type, acting_user=None, **traits)
    return Application.objects.get(pk=made.application.pk)


@pytest.mark.parametrize(
    ("type", "grants"),
    [
        ("web", CODE),
        ("spa", CODE),
        ("native", CODE),
        ("service", ["client_credentials"]),
    ],
)
def test_grants_follow_the_type(
    tenant: Tenant,
    type: str,
    grants: list[str],
) -> None:
    assert make(tenant, type).grants == grants


@pytest.mark.parametrize(
    ("type", "grant"),
    [
        ("service", "authorization_code"),
        ("service", "refresh_token"),
        ("spa", "client_credentials"),
        ("native", "client_credentials"),
        ("web", "password"),
        ("web", "implicit"),
        ("web", "\ud800"),
    ],
)
def test_a_grant_that_does_not_fit_the_type_is_refused(
    tenant: Tenant,
    type: str,
    grant: str,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make(tenant, type, grants=[grant])
    assert refusal.value.errors[0].pointer == "#/grants"


def test_scopes_default_to_those_of_the_apis_in_order(tenant: Tenant) -> None:
    second, first = ApiFactory.create_batch(2, tenant=tenant)
    audiences = [first.identifier, second.identifier]
    application = make(tenant, audiences=audiences)
    assert application.scopes == ["orders:read", "orders:write"]
    links = application.applicationapi_set.all()
    assert [link.api.identifier for link in links] == audiences


def test_a_first_party_application_defaults_to_ones_own_account(
    tenant: Tenant,
) -> None:
    assert make(tenant, is_first_party=True).scopes == ["account"]
    named = [settings.IDENTITY_API]
    wanted = make(tenant, is_first_party=True, audiences=named, scopes=["manage"])
    assert wanted.scopes == ["manage"]
    assert make(tenant, is_first_party=True, audiences=named, scopes=[]).scopes == [
        "account"
    ]


@pytest.mark.parametrize(
    ("traits", "pointer"),
    [
        ({"scopes": ["account"]}, "#/scopes"),
        ({"scopes": ["manage"]}, "#/scopes"),
        ({"scopes": ["orders:read"]}, "#/scopes"),
        ({"audiences": [settings.IDENTITY_API]}, "#/audiences"),
        ({"audiences": ["https://unknown.example"]}, "#/audiences"),
        ({"audiences": ["x", "x"]}, "#/audiences"),
        ({"redirect_uris": ["http://a.example"]}, "#/redirect_uris"),
        ({"allowed_origins": ["*"]}, "#/allowed_origins"),
        ({"access_token_seconds": 0}, "#/access_token_seconds"),
        ({"access_token_seconds": 10**9}, "#/access_token_seconds"),
        ({"session_idle_seconds": 10**9}, "#/session_idle_seconds"),
        ({"session_absolute_seconds": -1}, "#/session_absolute_seconds"),
        ({"signing_algorithm": "HS256"}, "#/signing_algorithm"),
        ({"signing_algorithm": "none"}, "#/signing_algorithm"),
        ({"name": "a\x00"}, "#/name"),
        ({"type": "confidential"}, "#/type"),
        *METADATA,
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    tenant: Tenant,
    traits: dict[str, Any],
    pointer: str,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make(tenant, **traits)
    assert refusal.value.errors[0].pointer == pointer
    assert not Application.objects.filter(tenant=tenant).exists()


def test_an_api_of_another_tenant_must_be_shared_first(tenant: Tenant) -> None:
    api = ApiFactory()
    with pytest.raises(InvalidInput):
        make(tenant, audiences=[api.identifier])
    api.shared_with.add(tenant)
    assert make(tenant, audiences=[api.identifier]).apis.get() == api


def test_scopes_must_still_fit_when_an_api_goes(tenant: Tenant) -> None:
    api = ApiFactory(tenant=tenant)
    application = ApplicationFactory(tenant=tenant, apis=[api])
    with pytest.raises(InvalidInput):
        change_application(application, audiences=[], acting_user=None)
    assert application.apis.exists()
    change_application(application, audiences=[], scopes=["account"], acting_user=None)
    assert not application.apis.exists() and application.scopes == ["account"]


@pytest.mark.spec("RFC 7591 2")
def test_what_a_client_says_of_itself_is_stored(tenant: Tenant) -> None:
    said: dict[str, Any] = {
        "redirect_uris": [URL],
        "post_logout_redirect_uris": ["https://a.example/out"],
        "backchannel_logout_uri": "https://a.example/ended",
        **KEY,
        "jwks": keys(),
        "require_pushed_authorization_requests": True,
        "client_uri": "https://a.example",
        "policy_uri": "https://a.example/privacy",
        "tos_uri": "https://a.example/terms",
        "id_token_algorithm": "EdDSA",
    }
    made = make(tenant, "web", **said)
    assert {name: getattr(made, name) for name in said} == said


def test_a_client_that_says_nothing_gets_the_plain_defaults(tenant: Tenant) -> None:
    made = make(tenant, "web")
    assert made.redirect_uris == [] and not made.require_pushed_authorization_requests
    assert (made.client_authentication, made.jwks) == ("client_secret", None)
    assert (made.id_token_algorithm, made.jwks_uri) == ("RS256", "")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"jwks": None}, "#/jwks"),
        ({"jwks_uri": URL}, "#/jwks_uri"),
        ({"grants": ["refresh_token"]}, "#/require_pushed_authorization_requests"),
    ],
)
def test_fields_must_still_fit_when_one_changes(
    tenant: Tenant,
    change: dict[str, Any],
    pointer: str,
) -> None:
    pushes: dict[str, Any] = {"require_pushed_authorization_requests": True}
    application = make(tenant, "web", jwks=keys(), **KEY, **pushes)
    with pytest.raises(InvalidInput) as refusal:
        change_application(application, acting_user=None, **change)
    assert refusal.value.errors[0].pointer == pointer
    moved: dict[str, Any] = {"jwks": None, "jwks_uri": URL}
    change_application(application, acting_user=None, **moved)
    assert (application.jwks, application.jwks_uri) == (None, URL)
    back: dict[str, Any] = {"client_authentication": "client_secret", "jwks_uri": ""}
    change_application(application, acting_user=None, **back)
    assert not application.signs_with_key
