"""How an application gets and ends tokens of its own: cases for fake and server.

RFC 6749 sections 2.3.1, 4.4 and 5, RFC 7009, RFC 8707.
"""

import base64
import json
from typing import Any
from urllib.parse import quote_plus, urlencode

from cases import COMMON, Case, ask, document, feed, part, row_of, typed
from worlds import AUDIENCE, World

from ntt_auth import Verifier
from ntt_auth._http import Request, Response

GRANTS: dict[str, Case] = {}
FORM = "application/x-www-form-urlencoded"
SERVICE = {"grant_type": "client_credentials"}


def case(function: Case) -> Case:
    """Enter a case into the table."""
    GRANTS[function.__name__] = function
    return function


def token_of(
    world: World,
    form: dict[str, str],
    pair: tuple[str, str] | None = None,
) -> Response:
    headers = {"Content-Type": FORM}
    if pair:
        halves = ":".join(quote_plus(half) for half in pair)
        headers["Authorization"] = f"Basic {base64.b64encode(halves.encode()).decode()}"
    url = f"{world.issuer}/oauth/token"
    return world.send(Request("POST", url, headers, urlencode(form).encode()))


def given(response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    assert response.headers["cache-control"] == "no-store"
    return document(response)


def refused(
    response: Response,
    status: int,
    error: str,
) -> None:
    assert response.status == status, response.body
    assert response.headers["cache-control"] == "no-store"
    told = document(response)
    assert told["error"] == error
    assert told.keys() <= {"error", "error_description"}


@case
def a_service_gets_a_token_by_its_secret(world: World) -> None:
    told = given(token_of(world, SERVICE, world.credentials))
    assert told.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 300)
    claims = part(told["access_token"], 1)
    assert typed(claims) == COMMON
    assert claims["scope"] == told["scope"]
    assert claims["sub"] == claims["client_id"] == world.credentials[0]
    assert (claims["iss"], claims["aud"]) == (world.issuer, AUDIENCE)


@case
def a_service_may_send_its_secret_in_the_form(world: World) -> None:
    client_id, secret = world.credentials
    form = {**SERVICE, "client_id": client_id, "client_secret": secret}
    told = given(token_of(world, form))
    assert part(told["access_token"], 1)["sub"] == client_id


@case
def a_service_says_what_for_and_for_which_api(world: World) -> None:
    form = {**SERVICE, "scope": "orders:read", "resource": AUDIENCE}
    told = given(token_of(world, form, world.credentials))
    claims = part(told["access_token"], 1)
    assert (told["scope"], claims["scope"]) == ("orders:read", "orders:read")
    assert claims["aud"] == AUDIENCE


@case
def each_request_gives_another_token(world: World) -> None:
    answers = [given(token_of(world, SERVICE, world.credentials)) for _ in range(2)]
    assert len({part(told["access_token"], 1)["jti"] for told in answers}) == 2


@case
def nobody_gets_a_token_without_a_secret(world: World) -> None:
    client_id, _ = world.credentials
    by_header = token_of(world, SERVICE, (client_id, ""))
    refused(by_header, 401, "invalid_client")
    assert by_header.headers["www-authenticate"].startswith("Basic")
    refused(token_of(world, SERVICE), 400, "invalid_client")
    header = {"Content-Type": FORM, "Authorization": "Basic !!!"}
    url, body = f"{world.issuer}/oauth/token", urlencode(SERVICE).encode()
    refused(world.send(Request("POST", url, header, body)), 401, "invalid_client")
    by_form = {**SERVICE, "client_id": client_id}
    refused(token_of(world, by_form), 400, "invalid_client")


@case
def there_are_no_other_grants_than_those_of_the_discovery(world: World) -> None:
    for grant in ("password", "urn:ietf:params:oauth:grant-type:token-exchange"):
        answer = token_of(world, {"grant_type": grant}, world.credentials)
        refused(answer, 400, "unsupported_grant_type")
    refused(token_of(world, {}, world.credentials), 400, "invalid_request")


@case
def a_services_token_is_good_until_it_is_revoked(world: World) -> None:
    token = given(token_of(world, SERVICE, world.credentials))["access_token"]
    with world.answering(), Verifier(world.issuer, AUDIENCE) as verifier:
        assert verifier.verify(token).is_service
    cursor = feed(world)["next_cursor"]
    assert revoke(world, {"token": token}).status == 204
    row = row_of(feed(world, cursor), "token", part(token, 1)["jti"])
    assert row["issued_before"] is None
    assert document(ask(world, {"token": token})) == {"active": False}


@case
def whoever_revokes_what_is_none_is_told_nothing(world: World) -> None:
    answer = revoke(world, {"token": "nonsense"})
    assert (answer.status, answer.body) == (204, b"")
    for body in ({}, {"token": 7}, {"token": "a", "more": 1}):
        answer = revoke(world, body)
        assert answer.status == 400
        assert json.loads(answer.body)["code"] == "invalid_input"


def revoke(
    world: World,
    body: dict[str, Any],
) -> Response:
    headers = {"Content-Type": "application/json"}
    url = f"{world.issuer}/api/v1/tokens/revoke"
    return world.send(Request("POST", url, headers, json.dumps(body).encode()))
