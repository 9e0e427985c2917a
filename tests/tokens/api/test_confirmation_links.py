"""The address is proven over REST by the mailed link instead of the code."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.flows.verification import is_verified
from accounts.models import User
from tests.accounts.flows.doors import mailed_code
from tests.factories import PASSWORD, ApplicationFactory, TenantFactory
from tests.mailbox import last_mail
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

VERIFY = "/api/v1/auth/verify-email"
EMAIL = "new@example.com"


@pytest.fixture
def body() -> dict[str, str]:
    """A sign-up with an application of an open tenant that asks for proven addresses."""
    application = ApplicationFactory(tenant=TenantFactory(verification_required=True))
    return {"email": EMAIL, "password": PASSWORD, "client_id": application.client_id}


def test_a_link_proves_the_address_and_signs_nobody_in(
    client: APIClient,
    body: dict[str, str],
) -> None:
    flow_token = client.post("/api/v1/auth/register", body).json()["flow_token"]
    code, key = mailed_code(), last_mail().key

    answer = client.post(VERIFY, {"key": key})

    assert (answer.status_code, answer.content) == (204, b"")
    assert is_verified(User.objects.get().pk)
    assert not Session.objects.exists()
    answer = client.post(VERIFY, {"key": key})
    assert (answer.status_code, answer.json()["code"]) == (410, "link_invalid")
    answer = client.post(VERIFY, {"flow_token": flow_token, "code": code})
    assert (answer.status_code, answer.json()["code"]) == (401, "flow_invalid")
    assert client.post("/api/v1/auth/login", body).status_code == 200


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({}, ["#/flow_token", "#/code"]),
        ({"flow_token": "f"}, ["#/code"]),
        ({"code": "c"}, ["#/flow_token"]),
        ({"key": "k", "code": "c"}, ["#/code"]),
        ({"key": "k", "flow_token": "f"}, ["#/flow_token"]),
        ({"key": "k", "flow_token": "f", "code": "c"}, ["#/flow_token", "#/code"]),
        ({"key": None}, ["#/key"]),
        ({"key": ["k"]}, ["#/key"]),
        ({"key": "a\x00"}, ["#/key"]),
        ({"key": "x" * 513}, ["#/key"]),
    ],
)
def test_it_is_one_form_or_the_other(
    client: APIClient,
    given: dict[str, Any],
    pointers: list[str],
) -> None:
    answer = client.post(VERIFY, given)
    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == pointers


def test_a_sign_up_mails_no_link_that_a_header_bends(
    client: APIClient,
    body: dict[str, str],
    settings: Any,
) -> None:
    settings.ISSUER = "https://id.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/api/v1/auth/register", body, HTTP_HOST="evil.example")
    assert last_mail().url.startswith("https://id.example.com/account/verify-email/")
    assert "evil" not in last_mail().text


def test_guesses_are_counted(
    client: APIClient,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "2/1m"}
    said = [client.post(VERIFY, {"key": "guess"}).status_code for _ in range(3)]
    assert said == [410, 410, 429]
