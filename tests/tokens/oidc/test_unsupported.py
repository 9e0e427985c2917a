"""What `docs/standards.md` says is not supported is refused, or counts for nothing."""

import pytest
from django.test import Client

from accounts.models import User
from tests.tokens.oidc.confidential import raw
from tests.tokens.oidc.party import Party, answer_of, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
URN = "urn:ietf:params:oauth:grant-type:"


@pytest.mark.spec("RFC 6749 5.2", "RFC 9700 2.4")
@pytest.mark.parametrize(
    "grant",
    [
        *("password", "implicit", f"{URN}token-exchange", f"{URN}jwt-bearer"),
        *(f"{URN}saml2-bearer", "urn:openid:params:grant-type:ciba", "Password"),
    ],
)
def test_no_other_grant_works(
    party: Party,
    grant: str,
) -> None:
    response = party.post(grant_type=grant, username="ann@example.com", password="x")
    assert response.status_code == 400
    assert response.json()["error"] == "unsupported_grant_type"


@pytest.mark.spec("RFC 6749 3.1.1", "RFC 9700 2.1.2")
@pytest.mark.parametrize(
    "response_type",
    ["token", "id_token", "code token", "code id_token", "id_token token", "none"],
)
def test_no_other_flow_works(
    party: Party,
    ann: User,
    response_type: str,
) -> None:
    response = party.authorize(browser_of(ann), response_type=response_type)
    assert answer_of(response)["error"] == "unsupported_response_type"
    assert "#" not in response["Location"]


@pytest.mark.spec("OIDC Core 3.1.2.1")
@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "jwt", "web_message"])
def test_no_other_response_mode_works(
    party: Party,
    ann: User,
    mode: str,
) -> None:
    response = party.authorize(browser_of(ann), response_mode=mode)
    assert answer_of(response)["error"] == "invalid_request"


@pytest.mark.spec("OIDC Core 3.1.2.6", "OIDC Core 6.1", "OIDC Core 6.2")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://a.example.com/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, ""),
        ({"claims": '{"userinfo": {"email": {"essential": true}}}'}, ""),
        ({"authorization_details": '[{"type": "payment"}]'}, ""),
    ],
)
def test_what_else_a_request_may_hold(
    party: Party,
    ann: User,
    given: dict[str, str],
    error: str,
) -> None:
    answer = answer_of(party.authorize(browser_of(ann), **given))
    assert answer.get("error", "") == error
    if not error:
        body = party.exchange(answer["code"]).json()
        assert body["scope"] == "openid"
        header = {"authorization": f"Bearer {body['access_token']}"}
        said = Client().get("/oauth/userinfo", headers=header).json()
        assert set(said) == {"sub"}


@pytest.mark.spec("RFC 8707 2")
def test_a_token_is_for_one_resource() -> None:
    two = b"grant_type=client_credentials&resource=https://a&resource=https://b"
    response = raw("token", two)
    assert response.json()["error"] == "invalid_request"


@pytest.mark.spec("OIDC Discovery 3")
def test_discovery_names_none_of_it(client: Client) -> None:
    named = set(client.get("/.well-known/openid-configuration").json())
    assert not named & {
        *("registration_endpoint", "check_session_iframe"),
        *("frontchannel_logout_supported", "display_values_supported"),
        *("request_object_signing_alg_values_supported",),
        *("id_token_encryption_alg_values_supported",),
        *("userinfo_encryption_alg_values_supported",),
        *("backchannel_authentication_endpoint", "dpop_signing_alg_values_supported"),
        *("tls_client_certificate_bound_access_tokens",),
        *("authorization_details_types_supported",),
    }
