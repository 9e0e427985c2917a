"""Where password managers look."""

from typing import Any

import pytest
from django.test import Client

from tests.passkeys import ISSUER

pytestmark = pytest.mark.django_db


def test_a_password_is_changed_here() -> None:
    answer = Client().get("/.well-known/change-password")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/password/change/"


def test_passkeys_are_made_and_managed_here() -> None:
    answer = Client().get("/.well-known/passkey-endpoints")
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "enroll": f"{ISSUER}/account/2fa/enrol/passkey/",
        "manage": f"{ISSUER}/account/2fa/",
    }


def test_an_issuer_on_an_address_has_no_passkeys(settings: Any) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"
    assert Client().get("/.well-known/passkey-endpoints").status_code == 404


@pytest.mark.parametrize("name", ["change-password", "passkey-endpoints"])
def test_other_methods_are_refused(name: str) -> None:
    assert Client().post(f"/.well-known/{name}").status_code == 405
