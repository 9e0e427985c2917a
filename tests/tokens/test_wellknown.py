"""Discovery: public keys and metadata, from the configured issuer alone."""

from typing import Any

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from config import languages
from tenants.admission import OIDC_SCOPES
from tenants.models import Application
from tests.factories import SessionFactory
from tests.tokens.oidc.party import Party, client_application
from tokens import minting
from tokens.oidc import authorization
from tokens.oidc.clients import methods_of
from tokens.oidc.grants.code import StrictChallenge
from tokens.services.keys import rotate_signing_keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

JWKS = "/.well-known/jwks.json"
DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)
# named by discovery, and built beside it


def test_a_service_verifies_a_token_with_the_published_keys_alone(
    client: Client,
    settings: Any,
) -> None:
    token = minting.issue(SessionFactory().sid).access_token
    ring = jwt.PyJWKSet.from_dict(client.get(JWKS).json())
    key = ring[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        algorithms=["ES256"],
        audience=settings.IDENTITY_API,
        issuer=settings.ISSUER,
    )
    assert claims["scope"] == "account"


def test_only_public_halves_are_published(client: Client) -> None:
    for key in client.get(JWKS).json()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
        assert key["use"] == "sig" and key["kid"] and key["alg"]


def test_a_pending_key_is_published_before_it_signs(client: Client) -> None:
    before = client.get(JWKS)
    rotate_signing_keys(acting_user=None)
    after = client.get(JWKS, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert len(after.json()["keys"]) == len(before.json()["keys"]) + 3


def test_an_unchanged_ring_costs_a_304(client: Client) -> None:
    tag = client.get(JWKS)["ETag"]
    answer = client.get(JWKS, headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.spec("OIDC Discovery 4.3", "RFC 8414 3.3")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_issuer_is_the_configured_one_whatever_the_host_says(
    client: Client,
    settings: Any,
    path: str,
) -> None:
    answer = client.get(path, headers={"host": "localhost"})
    document = answer.json()
    assert document["issuer"] == settings.ISSUER
    assert document["jwks_uri"] == settings.ISSUER + JWKS
    assert b"localhost" not in answer.content


@pytest.mark.spec("OIDC Discovery 3", "RFC 8414 2")
def test_every_endpoint_that_discovery_names_exists(
    client: Client,
    settings: Any,
) -> None:
    document = client.get(DOCUMENTS[0]).json()
    named = {k: v for k, v in document.items() if k.endswith(("_uri", "_endpoint"))}
    assert len(named) == 10
    missing = set()
    for name, url in named.items():
        assert url.startswith(f"{settings.ISSUER}/"), name
        try:
            resolve(url.removeprefix(settings.ISSUER))
        except Resolver404:
            missing.add(name)
    assert not missing


@pytest.mark.spec("OIDC Discovery 3", "RFC 8414 2", "RFC 9126 5", "RFC 9207 3")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_discovery_says_what_the_code_does(
    client: Client,
    path: str,
) -> None:
    document = client.get(path).json()
    assert document["response_types_supported"] == ["code"]
    assert document["response_modes_supported"] == list(authorization.MODES)
    assert set(document["prompt_values_supported"]) == authorization.PROMPTS
    assert document["code_challenge_methods_supported"] == list(
        StrictChallenge.CODE_CHALLENGE_METHODS
    )
    assert document["scopes_supported"] == list(OIDC_SCOPES)
    algorithms = set(Application.Algorithm.values)
    for signed in ("id_token", "userinfo", "access_token"):
        values = document[f"{signed}_signing_alg_values_supported"]
        assert set(values) == algorithms
    assert document["subject_types_supported"] == ["public"]
    assert document["acr_values_supported"] == ["aal1", "aal2"]
    assert document["ui_locales_supported"] == list(languages.offered())
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["require_pushed_authorization_requests"] is False
    for name in ("claims", "request", "request_uri"):
        assert document[f"{name}_parameter_supported"] is False


@pytest.mark.spec("RFC 8414 2")
def test_discovery_says_how_each_kind_of_client_authenticates(client: Client) -> None:
    document = client.get(DOCUMENTS[1]).json()
    kinds = [
        Application(type="spa"),
        Application(type="web"),
        Application(type="web", client_authentication="private_key_jwt"),
    ]
    known = {method for kind in kinds for method in methods_of(kind)}
    for endpoint in ("token", "revocation"):
        methods = document[f"{endpoint}_endpoint_auth_methods_supported"]
        assert set(methods) == known
    methods = document["introspection_endpoint_auth_methods_supported"]
    assert set(methods) == known - {"none"}


@pytest.mark.spec("RFC 8414 2")
def test_the_grants_named_are_those_that_work(client: Client) -> None:
    document = client.get(DOCUMENTS[1]).json()
    party = Party(client_application(grants=[]))
    for grant in document["grant_types_supported"]:
        error = party.post(grant_type=grant).json()["error"]
        assert error == "unauthorized_client", grant
    for grant in ("password", "implicit", "urn:ietf:params:oauth:grant-type:saml"):
        error = party.post(grant_type=grant).json()["error"]
        assert error == "unsupported_grant_type"


@pytest.mark.spec("OIDC Discovery 4", "RFC 8414 3")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_an_unchanged_document_costs_a_304_and_no_query(
    client: Client,
    path: str,
) -> None:
    first = client.get(path)
    assert first["Cache-Control"] == "public, max-age=3600"
    assert first["Access-Control-Allow-Origin"] == "*"
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (answer.status_code, answer.content) == (304, b"")
    assert not queries.captured_queries


@pytest.mark.spec("OIDC Discovery 3")
def test_a_language_is_named_once_it_is_offered(
    client: Client,
    speaking: Any,
) -> None:
    speaking("ja", {"Sign in": "x"})
    named = client.get(DOCUMENTS[0]).json()["ui_locales_supported"]
    assert named == ["en", "ja"]
