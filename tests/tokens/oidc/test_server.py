"""The engine of the grants: which it has, and that ours has the last word on clients."""

import json

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError, UnsupportedGrantTypeError

from tests.tokens.oidc.confidential import service
from tests.tokens.oidc.party import Party
from tokens.oidc.requests import Request
from tokens.oidc.server import server

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "grant", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", ""]
)
@pytest.mark.spec("RFC 9700 2.4", "RFC 9700 2.1.2")
def test_no_other_grant_is_served(grant: str) -> None:
    with pytest.raises(UnsupportedGrantTypeError):
        server.get_token_grant(Request("POST", "/oauth/token", {"grant_type": grant}))


@pytest.mark.spec("RFC 6749 3.2.1")
def test_no_endpoint_may_ask_for_less_than_the_client_is_registered_for() -> None:
    party = service()
    given = {"client_id": party.application.client_id}
    request = Request("POST", "/oauth/token", given)
    for methods in ((), ("none",), ("client_secret_basic", "none")):
        with pytest.raises(InvalidClientError):
            server.authenticate_client(request, methods)


def test_a_client_is_found_while_it_is_not_suspended(party: Party) -> None:
    client_id = party.application.client_id
    found = server.query_client(client_id)
    assert found is not None and found.application == party.application
    assert server.query_client("nobody") is None


def test_requests_and_answers_are_ours() -> None:
    request = Request("POST", "/oauth/token", {})
    assert server.create_oauth2_request(request) is request
    response = server.handle_response(400, {"error": "x"}, [("X-Y", "z")])
    assert (response.status_code, response["X-Y"]) == (400, "z")
    assert json.loads(response.content) == {"error": "x"}
