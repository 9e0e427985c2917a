"""What `/oauth/authorize` takes, and to whom it says no."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.models import Application
from tests.tokens.oidc.party import (
    CALLBACK,
    Party,
    answer_of,
    browser_of,
    client_application,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.mark.spec("RFC 6749 4.1.2", "RFC 9207 2")
def test_a_good_request_of_somebody_signed_in_is_answered_with_a_code(
    party: Party,
    ann: User,
) -> None:
    response = party.authorize(browser_of(ann))
    assert response["Location"].startswith(f"{CALLBACK}?")
    answer = answer_of(response)
    assert set(answer) == {"code", "state", "iss"}
    assert answer["state"] == "a state"
    assert answer["iss"] == "http://127.0.0.1:8000"
    assert (
        response["Cache-Control"].startswith("max-age=0")
        or "no-store" in response["Cache-Control"]
    )


@pytest.mark.spec("RFC 6749 4.1.2.1")
@pytest.mark.parametrize(
    "given",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example.com/callback"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?a=b"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": f"{CALLBACK}#x"},
        {"redirect_uri": "https://app.example.com/x/../callback"},
        {"redirect_uri": "https://app.example.com:443/callback"},
        {"redirect_uri": "https://app.example.com@evil.example/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": 'https://app.example.com/"callback\u00e9'},
    ],
)
def test_an_unknown_client_or_redirect_uri_is_never_redirected_to(
    party: Party,
    ann: User,
    given: dict[str, Any],
) -> None:
    response = party.authorize(browser_of(ann), **given)
    assert response.status_code == 400
    assert "Location" not in response


@pytest.mark.spec("RFC 8252 7.3")
def test_the_port_of_a_loopback_address_is_free_for_native_clients(ann: User) -> None:
    uris = ["http://127.0.0.1/cb", "http://[::1]:9/cb", "com.example.app:/cb"]
    native = client_application(type=Application.Type.NATIVE, redirect_uris=uris)
    good = [
        *("http://127.0.0.1:4711/cb", "http://127.0.0.1/cb", "http://[::1]:80/cb"),
        "com.example.app:/cb",
    ]
    for uri in good:
        location = Party(native).authorize(browser_of(ann), redirect_uri=uri)
        assert location["Location"].startswith(f"{uri}?code="), uri
    bad = [
        *("http://127.0.0.1:4711/cb/", "https://127.0.0.1:1/cb", "http://127.0.0.2/cb"),
        *("http://localhost:1/cb", "http://127.0.0.1:1@evil.example/cb"),
        *("http://127.0.0.1:99999/cb", "com.example.app:1/cb", "http://[::1]:x/cb"),
    ]
    for uri in bad:
        assert (
            Party(native).authorize(browser_of(ann), redirect_uri=uri).status_code
            == 400
        ), uri
    web = client_application(redirect_uris=uris[:1])
    other = Party(web).authorize(browser_of(ann), redirect_uri="http://127.0.0.1:1/cb")
    assert other.status_code == 400


@pytest.mark.spec("RFC 7636 4.4.1", "RFC 6749 4.1.2.1", "OIDC Core 3.1.2.6")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "id_token\u00e9"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "\u00e9" * 43}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://app.example.com/r"}, "request_uri_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "\u0661"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"id_token_hint": "e30.e30.e30"}, "invalid_request"),
        ({"resource": "https://nowhere.example"}, "invalid_target"),
        ({"scope": "nothing:we:know"}, "invalid_scope"),
        ({"nonce": "n" * 600}, "invalid_request"),
    ],
)
def test_a_bad_request_is_told_to_its_client(
    party: Party,
    ann: User,
    given: dict[str, Any],
    error: str,
) -> None:
    answer = answer_of(party.authorize(browser_of(ann), **given))
    assert answer["error"] == error
    assert answer["state"] == "a state"
    assert answer["iss"] == "http://127.0.0.1:8000"
    assert "code" not in answer


def test_somebody_not_signed_in_signs_in_first(party: Party) -> None:
    response = party.authorize(Client())
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=%2Foauth%2Fauthorize")
