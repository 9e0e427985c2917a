"""The conversions of docs/migrating.md, run on what the others export."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from tests.accounts.hashers.vectors import (
    FIREBASE,
    FIREBASE_CONFIG,
    KEYCLOAK_ARGON2,
    PHP,
)
from tests.docs.pages import page

pytestmark = pytest.mark.django_db

READ = page("docs/migrating.md")
KEYCLOAK, AUTH0, FIREBASE_SCRIPT, DJANGO = READ.blocks("python")
MILLISECONDS = 1700000000123


def imported(
    folder: Path,
    script: str,
    given: str,
    *options: str,
) -> list[User]:
    """Convert what another system exports, import it, and return the users."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    path = folder / "users.jsonl"
    path.write_text(done.stdout)
    call_command("import_users", str(path), *options, stdout=io.StringIO())
    return list(User.objects.order_by("pk"))


def test_from_keycloak(tmp_path: Path) -> None:
    users: list[dict[str, Any]] = [
        {
            "username": "peter",
            "email": "peter@example.com",
            "emailVerified": True,
            "enabled": True,
            "firstName": "Peter",
            "lastName": "Cold",
            "createdTimestamp": MILLISECONDS,
            "credentials": [
                {"type": "otp", "secretData": "{}", "credentialData": "{}"},
                {"id": "x", "createdDate": 1, "priority": 10, **KEYCLOAK_ARGON2},
            ],
        },
        {"username": "bob", "email": "bob@example.com", "enabled": False},
        {"username": "service-account-x", "enabled": True},
    ]
    peter, bob = imported(tmp_path, KEYCLOAK, json.dumps({"users": users}))

    assert (peter.name, peter.created_at.year) == ("Peter Cold", 2023)
    assert peter.check_password("iceberg")
    assert not bob.is_active and not bob.has_usable_password()


def test_from_auth0(tmp_path: Path) -> None:
    user = {
        "_id": {"$oid": "x"},
        "email": "ann@example.com",
        "email_verified": True,
        "passwordHash": PHP,
        "tenant": "acme",
    }
    (ann,) = imported(tmp_path, AUTH0, json.dumps(user) + "\n\n")

    assert ann.check_password("rasmuslerdorf")


def test_from_firebase(tmp_path: Path) -> None:
    config = tmp_path / "firebase.txt"
    config.write_text(FIREBASE_CONFIG)
    users = [
        {
            "localId": "x",
            "email": "ann@example.com",
            "emailVerified": True,
            "passwordHash": FIREBASE["password_hash"],
            "salt": FIREBASE["salt"],
            "displayName": "Ann",
            "createdAt": str(MILLISECONDS),
            "providerUserInfo": [],
        },
        {"localId": "y", "email": "bob@example.com", "disabled": True},
        {"localId": "z", "phoneNumber": "+39"},
    ]
    ann, bob = imported(
        tmp_path,
        FIREBASE_SCRIPT,
        json.dumps({"users": users}),
        f"--firebase-config={config}",
    )

    assert ann.check_password("user1password") and ann.name == "Ann"
    assert not bob.is_active


def test_what_django_and_supabase_are_asked_for_are_members_of_a_row() -> None:
    compile(DJANGO, "export.py", "exec")
    (supabase,) = (b for b in READ.blocks("sql") if "auth.users" in b)
    for name in ("email", "name", "is_active", "created_at", "password_hash"):
        assert f'"{name}": u.' in DJANGO
        assert f"'{name}'," in supabase


def test_the_count_of_foreign_hashes_is_a_query_that_runs() -> None:
    from django.db import connection

    (query,) = (b for b in READ.blocks("sql") if "COUNT" in b)
    with connection.cursor() as cursor:
        cursor.execute(query.strip().rstrip(";").replace("%", "%%"), [])
        assert cursor.fetchone() == (0,)
