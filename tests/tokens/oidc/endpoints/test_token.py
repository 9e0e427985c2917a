"""The token endpoint: which grant is asked for, and that nothing comes out as a fault."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.conftest import Together
from tests.tokens.oidc.bearers import FORM
from tests.tokens.oidc.confidential import ask
from tests.tokens.oidc.party import Party, browser_of
from tokens.services import sessions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
GRANTS = ("authorization_code", "refresh_token", "client_credentials")


@pytest.mark.spec("RFC 6749 5.2")
def test_a_request_names_its_grant() -> None:
    response = ask(grant_type="")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "grant",
    [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "Refresh_Token",
        "refresh_token ",
        '"><script>\\',
        "\u00e9\U0001f600",
        "x" * 5000,
    ],
)
@pytest.mark.spec("RFC 6749 5.2", "RFC 9700 2.4")
def test_another_grant_is_refused_and_hardly_repeated(grant: str) -> None:
    response = ask(grant_type=grant)
    assert response.status_code == 400
    assert response.json()["error"] == "unsupported_grant_type"
    assert len(response.content) < 400
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize(
    "value", ["\u00e9", "\U0001f600", "x" * 30_000, "a b\tc\n", "'\"\\;--", "[]{}$"]
)
def test_no_value_of_any_parameter_is_a_fault_of_ours(
    party: Party,
    grant: str,
    value: str,
) -> None:
    names = ("code", "redirect_uri", "code_verifier", "refresh_token", "scope")
    form = {"grant_type": grant, **dict.fromkeys((*names, "resource", "nonce"), value)}
    response = ask(client_id=party.application.client_id, **form)
    assert response.status_code == 400, response.content
    assert response.json()["error"] in (
        "invalid_grant",
        "invalid_request",
        "unauthorized_client",
    )


@pytest.mark.spec("RFC 6749 10.12")
def test_a_cookie_is_no_credential_and_no_hindrance(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    body = {"grant_type": "refresh_token", "client_id": party.application.client_id}
    response = browser.post(
        "/oauth/token", "&".join(f"{k}={v}" for k, v in body.items()), FORM
    )
    assert response.json()["error"] == "invalid_request"
    assert not response.cookies
    assert Client().get("/oauth/token").status_code == 405


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["everywhere", "disabled", "suspended"])
def test_what_ends_at_the_same_moment_leaves_no_token_that_refreshes(
    ann: User,
    party: Party,
    together: Together,
    ending: str,
) -> None:
    from accounts import services as accounts
    from tenants.services import applications

    code = party.code_for(browser_of(ann))

    def act(number: int) -> Any:
        if number:
            return party.exchange(code).json()
        match ending:
            case "everywhere":
                return sessions.end_all_sessions(ann, acting_user=ann)
            case "disabled":
                return accounts.disable_user(ann, acting_user=None)
            case "suspended":
                return applications.suspend_application(
                    party.application, acting_user=None
                )

    ended, body = together(2, act)
    assert not isinstance(ended, Exception), ended
    if "refresh_token" in body:
        assert "error" in party.refresh(body["refresh_token"]).json()
    else:
        assert body["error"] in ("invalid_grant", "invalid_client")
