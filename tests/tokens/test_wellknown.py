"""Discovery: public keys and metadata, from the configured issuer alone."""

from typing import Any

import jwt
import pytest
from django.test import Client

from tests.factories import SessionFactory
from tokens import minting
from tokens.services.keys import rotate_signing_keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

JWKS = "/.well-known/jwks.json"
DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)


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


def test_every_endpoint_that_discovery_names_exists(
    client: Client,
    settings: Any,
) -> None:
    document = client.get(DOCUMENTS[0]).json()
    for name, url in document.items():
        if name.endswith(("_uri", "_endpoint")):
            path = url.removeprefix(settings.ISSUER)
            assert client.get(path).status_code in (200, 405), name
