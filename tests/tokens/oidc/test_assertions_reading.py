"""How an assertion is read: what two readers could read differently is refused."""

import base64
import json
from typing import Any

import pytest
from pytest_django import Settings

from tenants.models import Application
from tests.tokens.oidc.asserting import refused, registered, show
from tests.tokens.oidc.signers import ISSUER, TOKEN, claims_of, signer

pytestmark = [pytest.mark.django_db, pytest.mark.spec("RFC 7523 3")]
ES = signer("ES256", kid="ES256")
HEADER = '{"alg":"ES256","kid":"ES256"}'


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.ISSUER = ISSUER


@pytest.fixture
def application() -> Application:
    """An application with one key of each algorithm."""
    return registered()


@pytest.mark.spec("RFC 8725 2.4")
@pytest.mark.parametrize(
    "more",
    [
        *(f'"aud":"{ISSUER}"', f'"aud":["{TOKEN}"]', '"sub":"other"', '"jti":"x"'),
        *('"exp":1', '"x":{"a":1,"a":1}'),
    ],
)
def test_claims_that_stand_twice_are_refused(
    application: Application,
    more: str,
) -> None:
    text = json.dumps(claims_of(application.client_id))
    for said in (f"{text[:-1]},{more}}}", f"{{{more},{text[1:]}"):
        refused(ES.sign_text(HEADER, said))
    assert show(ES.sign_text(HEADER, text)) == application.client_id


def test_its_own_name_twice_is_refused(application: Application) -> None:
    text = json.dumps(claims_of(application.client_id))
    for name in ("sub", "iss"):
        refused(
            ES.sign_text(HEADER, f'{text[:-1]},"{name}":"{application.client_id}"}}')
        )


@pytest.mark.spec("RFC 8725 2.4")
@pytest.mark.parametrize("more", ['"alg":"none"', '"alg":"ES256"', '"kid":"ES256"'])
def test_a_header_that_says_a_thing_twice_is_refused(
    application: Application,
    more: str,
) -> None:
    text = json.dumps(claims_of(application.client_id))
    refused(ES.sign_text(f"{HEADER[:-1]},{more}}}", text))


def test_claims_in_another_coding_are_refused(application: Application) -> None:
    text = json.dumps(claims_of(application.client_id))
    for coding in ("utf-16", "utf-32", "utf-8-sig"):
        refused(ES.sign_text(HEADER, text.encode(coding)))


@pytest.mark.parametrize("claims", [[], "x", 5, None, True, ["sub"]])
def test_claims_that_are_no_object_are_refused(claims: Any) -> None:
    refused(signer().sign(claims))


@pytest.mark.parametrize(
    "text",
    [
        *("x", "a.b", "a.b.c", "..", "a.b.c.d", "ä.ö.ü", "\x00.\x00.\x00", "\ud800"),
        *("A" * 100_000, ".".join(["A" * 3000] * 3), ["x"], 5, {"a": 1}),
        base64.urlsafe_b64encode(b"[" * 1500).decode().rstrip("=") + ".e30.AA",
        "eyJhbGciOiJFUzI1NiJ9."
        + base64.urlsafe_b64encode(b"[" * 6000).decode().rstrip("=")
        + ".AA",
        "eyJhbGciOiJFUzI1NiJ9."
        + base64.urlsafe_b64encode(b"9" * 5001).decode()
        + ".AA",
    ],
)
def test_garbage_is_refused(text: Any) -> None:
    refused(text)
