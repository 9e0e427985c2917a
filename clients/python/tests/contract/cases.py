"""What an issuer does, for whoever verifies: one table, held against fake and server.

Docs: docs/integrating.md sections 2 to 4. A case takes a `World`.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from worlds import AUDIENCE, World

from ntt_auth import TokenInvalid, TokenRevoked, Verifier
from ntt_auth._http import Request, Response
from ntt_auth.testing import discovery

Case = Callable[[World], None]
CASES: dict[str, Case] = {}
FEED = "/api/v1/tokens/revocations"
ABSOLUTE = ("session", "token", "key")
# of a key, besides use, alg and kid
MEMBERS = {"EC": {"crv", "x", "y"}, "RSA": {"n", "e"}, "OKP": {"crv", "x"}}
COMMON: dict[str, type] = {
    **dict.fromkeys(("iss", "sub", "aud", "jti", "client_id", "scope", "tenant"), str),
    **dict.fromkeys(("exp", "iat"), int),
}
PERSON: dict[str, type] = COMMON | {
    **dict.fromkeys(("sid", "acr"), str),
    **dict.fromkeys(("roles", "permissions", "amr"), list),
    "auth_time": int,
}


def case(function: Case) -> Case:
    """Enter a case into the table."""
    CASES[function.__name__] = function
    return function


def get(
    world: World,
    path: str,
    **headers: str,
) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.send(Request("GET", world.issuer + path, named))


def document(response: Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/json"
    found: dict[str, Any] = json.loads(response.body)
    return found


def part(
    token: str,
    number: int,
) -> dict[str, Any]:
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
    return found


def feed(
    world: World,
    after: str | None = None,
) -> dict[str, Any]:
    return document(get(world, FEED + (f"?after={after}" if after else "")))


def ask(
    world: World,
    body: Any,
) -> Response:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return world.send(
        Request("POST", f"{world.issuer}/api/v1/tokens/verify", headers, sent)
    )


def refused(
    response: Response,
    status: int,
    code: str,
) -> None:
    assert response.status == status
    assert response.headers["content-type"] == "application/problem+json"
    told = json.loads(response.body)
    members = {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert told.keys() == members
    assert (told["status"], told["code"]) == (status, code)
    assert told["type"] == f"urn:ntt-auth:problem:{code.replace('_', '-')}"


@case
def the_discovery_document_has_these_members(world: World) -> None:
    told = document(get(world, "/.well-known/openid-configuration"))
    wanted = discovery.document(world.issuer)
    languages = told.pop("ui_locales_supported"), wanted.pop("ui_locales_supported")
    assert all("en" in offered for offered in languages)
    assert told == wanted


@case
def a_key_is_published_with_these_members_and_nothing_secret(world: World) -> None:
    world.person()
    keys = document(get(world, "/.well-known/jwks.json"))["keys"]
    assert keys
    for jwk in keys:
        required = {"kty", *MEMBERS[jwk["kty"]]}
        assert jwk.keys() == required | {"use", "alg", "kid"}
        assert jwk["use"] == "sig"
        thumbprint = {name: jwk[name] for name in sorted(required)}
        text = json.dumps(thumbprint, separators=(",", ":")).encode()
        assert jwk["kid"] == encoded(hashlib.sha256(text).digest())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@case
def the_header_of_a_token_names_a_published_key(world: World) -> None:
    header = part(world.person(), 0)
    assert header.keys() == {"alg", "typ", "kid"}
    assert header["typ"] == "at+jwt"
    keys = document(get(world, "/.well-known/jwks.json"))["keys"]
    assert header["alg"] in [k["alg"] for k in keys if k["kid"] == header["kid"]]


def typed(claims: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in claims.items()}


@case
def a_persons_token_has_exactly_these_claims(world: World) -> None:
    claims = part(world.person(), 1)
    assert typed(claims) == PERSON
    assert (claims["iss"], claims["aud"]) == (world.issuer, AUDIENCE)
    assert claims["scope"] == "orders:read orders:write"
    assert claims["roles"] == ["editor"]
    assert claims["permissions"] == ["orders:refund"]
    assert (claims["amr"], claims["acr"]) == (["pwd"], "aal1")
    assert claims["exp"] - claims["iat"] == 300
    assert abs(claims["iat"] - time.time()) < 30
    assert claims["auth_time"] <= claims["iat"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", claims["jti"])
    assert claims["client_id"].startswith("app_")
    for name in ("sub", "sid", "tenant"):
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", claims[name])


@case
def a_services_token_has_exactly_these_claims_and_no_session(world: World) -> None:
    claims = part(world.service(), 1)
    assert typed(claims) == COMMON
    assert claims["sub"] == claims["client_id"]
    assert (claims["iss"], claims["aud"]) == (world.issuer, AUDIENCE)
    assert claims["scope"] == "orders:read orders:write"
    assert claims["exp"] - claims["iat"] == 300


def revoked(kind: str) -> Case:
    """Return the case of one kind of row."""

    def run(world: World) -> None:
        token = world.person()
        kid, claims = part(token, 0)["kid"], part(token, 1)
        names = {
            "session": claims["sid"],
            "token": claims["jti"],
            "user": claims["sub"],
            "membership": f"{claims['tenant']}:{claims['sub']}",
            "application": claims["client_id"],
            "tenant": claims["tenant"],
            "key": kid,
        }
        cursor = feed(world)["next_cursor"]
        asked = {"token": token, "audience": AUDIENCE}
        assert document(ask(world, asked))["active"] is True
        before = time.time()
        world.revoke(kind, names[kind])
        row = row_of(feed(world, cursor), kind, names[kind])
        if kind in ABSOLUTE:
            assert row["issued_before"] is None
        else:
            assert type(row["issued_before"]) is int
            assert 1 <= row["issued_before"] - before < 30
        lives = datetime.fromisoformat(row["expires_at"][:-1] + "+00:00").timestamp()
        assert abs(lives - before - (172_800 if kind == "key" else 3660)) < 30
        assert document(ask(world, asked)) == {"active": False}
        again = {"token": world.person(), "audience": AUDIENCE}
        assert document(ask(world, again))["active"] is True

    return run


def row_of(
    page: dict[str, Any],
    kind: str,
    identity: str,
) -> dict[str, Any]:
    subject = encoded(hashlib.sha256(f"{kind}:{identity}".encode()).digest()[:16])
    (row,) = [r for r in page["data"] if (r["kind"], r["subject"]) == (kind, subject)]
    assert row.keys() == {"kind", "subject", "issued_before", "expires_at"}
    assert row["expires_at"].endswith("Z")
    found: dict[str, Any] = row
    return found


for _kind in ("session", "token", "user", "membership", "application", "tenant", "key"):
    CASES[f"a_revocation_by_{_kind}_is_a_row_and_ends_the_token"] = revoked(_kind)


@case
def a_page_of_the_feed_has_these_members(world: World) -> None:
    world.person()
    world.revoke("token", "the last one's")
    page = feed(world)
    assert page.keys() == {"data", "next_cursor", "has_more"}
    assert page["has_more"] is False and page["data"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,22}\.[0-9]{1,18}", page["next_cursor"])


@case
def behind_the_last_cursor_there_is_only_what_is_new(world: World) -> None:
    cursor = feed(world)["next_cursor"]
    assert feed(world, cursor) == {
        "data": [],
        "next_cursor": cursor,
        "has_more": False,
    }
    world.person()
    world.revoke("session", "the last one's")
    page = feed(world, cursor)
    assert [row["kind"] for row in page["data"]] == ["session"]
    assert page["next_cursor"] != cursor


@case
def nothing_new_is_304_with_the_same_etag(world: World) -> None:
    first = get(world, FEED)
    tag, cursor = first.headers["etag"], json.loads(first.body)["next_cursor"]
    assert tag.startswith('W/"')
    for path in (FEED, f"{FEED}?after={cursor}"):
        second = get(world, path, If_None_Match=tag)
        assert (second.status, second.body) == (304, b"")
        assert second.headers["etag"] == tag
    world.person()
    world.revoke("session", "the last one's")
    third = get(world, f"{FEED}?after={cursor}", If_None_Match=tag)
    assert third.status == 200 and third.headers["etag"] != tag


@case
def who_is_behind_gets_a_page_whatever_etag_they_know(world: World) -> None:
    cursor = feed(world)["next_cursor"]
    world.person()
    world.revoke("session", "the last one's")
    tag = get(world, FEED).headers["etag"]
    assert get(world, f"{FEED}?after={cursor}", If_None_Match=tag).status == 200


@case
def a_cursor_ahead_or_of_another_feed_is_gone(world: World) -> None:
    own, _, number = feed(world)["next_cursor"].partition(".")
    for cursor in (f"{own}.{int(number) + 1000}", f"another.{number}"):
        refused(get(world, f"{FEED}?after={cursor}"), 410, "cursor_gone")


@case
def a_malformed_cursor_is_a_fault_of_the_follower(world: World) -> None:
    for cursor in ("", "nonsense", "a.b", "a.1.2", "ä.1", "x" * 23 + ".1"):
        response = get(world, f"{FEED}?{urlencode({'after': cursor})}")
        refused(response, 400, "invalid_cursor")


@case
def a_restarted_feed_has_another_id(world: World) -> None:
    cursor, tag = feed(world)["next_cursor"], get(world, FEED).headers["etag"]
    world.restart_feed()
    refused(get(world, f"{FEED}?after={cursor}"), 410, "cursor_gone")
    assert get(world, FEED, If_None_Match=tag).status == 200


@case
def verify_tells_the_claims_of_a_good_token(world: World) -> None:
    for token in (world.person(), world.service()):
        for asked in ({"token": token}, {"token": token, "audience": AUDIENCE}):
            told = document(ask(world, asked))
            assert told == {"active": True, "claims": part(token, 1)}


@case
def verify_tells_nothing_of_any_other(world: World) -> None:
    token = world.person()
    head, claims, signature = token.split(".")
    for wrong in ("nonsense", f"{head}.{claims}.AAAA", f"{claims}.{head}.{signature}"):
        assert document(ask(world, {"token": wrong})) == {"active": False}
    elsewhere = {"token": token, "audience": "https://another-api.example"}
    assert document(ask(world, elsewhere)) == {"active": False}


@case
def verify_refuses_a_body_that_is_none(world: World) -> None:
    for body in (
        {},
        {"token": 1},
        {"token": "a", "audience": 1},
        {"token": "a", "b": 1},
    ):
        response = ask(world, body)
        assert json.loads(response.body)["code"] == "invalid_input"
        assert response.status == 400
    refused(ask(world, b"{"), 400, "malformed_request")


@case
def rotated_keys_sign_and_those_before_stay_published(world: World) -> None:
    before = world.person()
    for _ in range(2):  # the server publishes a key before it signs
        world.rotate_keys()
    after = world.person()
    kids = [part(token, 0)["kid"] for token in (before, after)]
    assert kids[0] != kids[1]
    published = document(get(world, "/.well-known/jwks.json"))["keys"]
    assert set(kids) <= {jwk["kid"] for jwk in published}
    assert document(ask(world, {"token": before}))["active"] is True


@case
def a_revoked_key_is_published_no_more(world: World) -> None:
    kid = part(world.person(), 0)["kid"]
    world.revoke("key", kid)
    published = document(get(world, "/.well-known/jwks.json"))["keys"]
    assert kid not in {jwk["kid"] for jwk in published}


@case
def what_there_is_not_is_a_problem_too(world: World) -> None:
    refused(get(world, "/api/v1/tokens/nothing"), 404, "not_found")


@case
def a_verifier_takes_its_tokens_and_sees_a_revocation(world: World) -> None:
    with world.answering(), Verifier(world.issuer, AUDIENCE) as verifier:
        token = world.person()
        found = verifier.verify(token)
        assert (found.roles, found.permissions) == ({"editor"}, {"orders:refund"})
        assert verifier.verify(world.service()).is_service
        with Verifier(world.issuer, "https://another-api.example") as other:
            try:
                other.verify(token)
            except TokenInvalid as error:
                assert error.code == "token_invalid"
            else:
                raise AssertionError("it took a token for another API")
        world.revoke("session", part(token, 1)["sid"])
        assert _refused_within(10, verifier, token)


def _refused_within(
    seconds: float,
    verifier: Verifier,
    token: str,
) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            verifier.verify(token)
        except TokenRevoked:
            return True
        time.sleep(0.05)
    return False
