"""Signing keys over the management API: superusers only, never a private half."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.factories import UserFactory
from tokens.minting import TokenPair
from tokens.models import SigningKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

KEYS = "/api/v1/signing-keys"


@pytest.fixture
def operator(
    pair_of: Callable[..., TokenPair],
    as_bearer: Callable[[TokenPair], APIClient],
) -> APIClient:
    """A superuser with the scope `manage`."""
    return as_bearer(pair_of(UserFactory(is_superuser=True), scopes=("manage",)))


@pytest.mark.parametrize(
    ("superuser", "scopes", "status"),
    [(False, ("manage",), 403), (True, ("account",), 403), (True, ("manage",), 200)],
)
def test_only_a_superuser_with_the_scope_sees_keys(
    pair_of: Callable[..., TokenPair],
    as_bearer: Callable[[TokenPair], APIClient],
    superuser: bool,
    scopes: tuple[str, ...],
    status: int,
) -> None:
    pair = pair_of(UserFactory(is_superuser=superuser), scopes=scopes)
    assert as_bearer(pair).get(KEYS).status_code == status


def test_anonymous_callers_are_refused(client: APIClient) -> None:
    for method, path in (("get", ""), ("post", "/rotate"), ("post", "/x/revoke")):
        answer = getattr(client, method)(f"{KEYS}{path}")
        assert answer.status_code == 401
    assert SigningKey.objects.count() == 3


def test_no_private_half_is_shown(operator: APIClient) -> None:
    text = operator.get(KEYS).content.decode()
    assert "private" not in text and '"d"' not in text
    for key in SigningKey.objects.all():
        assert key.kid in text and key.private_key not in text


def test_a_rotation_publishes_first_and_activates_later(operator: APIClient) -> None:
    first = operator.post(f"{KEYS}/rotate").json()["data"]
    assert {row["state"] for row in first} == {"pending"}
    again = operator.post(f"{KEYS}/rotate").json()["data"]
    assert again == []
    forced = operator.post(f"{KEYS}/rotate", {"now": True}).json()["data"]
    assert {row["state"] for row in forced} == {"active", "retired"}


def test_a_revoked_key_leaves_the_jwks_and_a_fresh_one_signs(
    operator: APIClient,
    client: APIClient,
) -> None:
    kid = SigningKey.objects.get(algorithm="RS256").kid
    assert operator.post(f"{KEYS}/{kid}/revoke").status_code == 204
    assert operator.post(f"{KEYS}/{kid}/revoke").status_code == 409
    published = client.get("/.well-known/jwks.json").json()["keys"]
    assert kid not in [key["kid"] for key in published]
    assert SigningKey.objects.filter(algorithm="RS256", state="active").count() == 1
    assert operator.post(f"{KEYS}/unknown/revoke").status_code == 404


def test_a_revocation_takes_no_fields(operator: APIClient) -> None:
    kid = SigningKey.objects.get(algorithm="RS256").kid
    answer = operator.post(f"{KEYS}/{kid}/revoke", {"dry_run": True})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
        400,
        "unknown_field",
    )
    assert SigningKey.objects.get(kid=kid).state == "active"
