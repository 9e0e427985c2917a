"""Users from elsewhere sign in over REST with the password that they had."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.importing import Import, import_users
from accounts.transfer.firebase import FirebaseProject
from accounts.transfer.rows import Line
from tests.accounts.hashers.vectors import FIREBASE_CONFIG, PHP, PUBLISHED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

LOGIN = "/api/v1/auth/login"


def imported(row: dict[str, Any]) -> User:
    """Import a row with a proven address and return its user."""
    whole = {"email": "Ann@example.com", "email_verified": True, **row}
    lines = [Line(1, json.dumps(whole).encode())]
    run = Import(firebase=FirebaseProject.of_text(FIREBASE_CONFIG))
    list(import_users(lines, run, acting_user=None))
    return User.objects.get()


@pytest.mark.parametrize(("row", "password"), PUBLISHED)
def test_the_first_sign_in_replaces_the_hash_by_ours(
    row: dict[str, Any],
    password: str,
    client: APIClient,
) -> None:
    user = imported(row)
    before = user.password

    wrong = client.post(LOGIN, {"email": "ann@example.com", "password": "wrong"})
    assert wrong.status_code == 401
    assert wrong.json()["code"] == "invalid_credentials"
    user.refresh_from_db()
    assert user.password == before

    right = client.post(LOGIN, {"email": "ann@example.com", "password": password})
    assert right.status_code == 200, right.content
    assert right.json()["user"]["email_verified"] is True
    user.refresh_from_db()
    assert user.password.startswith("bcrypt_sha256$")

    again = {"email": "ann@example.com", "password": password}
    assert client.post(LOGIN, again).status_code == 200
    again["password"] = password + "x"
    assert client.post(LOGIN, again).status_code == 401


def test_a_disabled_user_stays_out_whatever_their_password(client: APIClient) -> None:
    imported({"password_hash": PHP, "is_active": False})
    body = {"email": "ann@example.com", "password": "rasmuslerdorf"}
    assert client.post(LOGIN, body).json()["code"] == "invalid_credentials"


def test_without_a_password_nobody_gets_in(client: APIClient) -> None:
    imported({"password_hash": None})
    for password in ("!", "rasmuslerdorf", "null"):
        body = {"email": "ann@example.com", "password": password}
        assert client.post(LOGIN, body).json()["code"] == "invalid_credentials"


def test_a_long_password_of_a_bcrypt_origin_is_no_fault_of_ours(
    client: APIClient,
) -> None:
    imported({"password_hash": PHP})
    for password in ("é" * 100, "x" * 73, "x" * 128):
        body = {"email": "ann@example.com", "password": password}
        assert client.post(LOGIN, body).status_code == 401


def test_an_address_that_is_not_proven_is_still_to_be(
    client: APIClient,
) -> None:
    from tenants.models import Tenant

    Tenant.objects.filter(slug="default").update(verification_required=True)
    imported({"password_hash": PHP, "email_verified": False})
    body = {"email": "ann@example.com", "password": "rasmuslerdorf"}
    assert client.post(LOGIN, body).json()["code"] == "email_verification_required"
