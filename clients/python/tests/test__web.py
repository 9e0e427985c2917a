"""One table of cases for all frameworks, so that they cannot differ."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from adapters import FRAMEWORKS, Served
from ntt_auth.testing import Issuer, Token
from tokens import AUDIENCE, ISSUER

NOW = int(time.time())
GOOD = {
    "scope": "orders:read orders:write",
    "roles": ["owner"],
    "permissions": ["orders.cancel"],
    "acr": "aal2",
}
# name: path, claims (None: no token), status, code, what the challenge says
CASES = {
    "anonymous": ("/any", None, 401, "token_missing", "Bearer"),
    "good": ("/any", {}, 200, "", ""),
    "good scopes": ("/scopes", GOOD, 200, "", ""),
    "good roles": ("/roles", GOOD, 200, "", ""),
    "good permissions": ("/permissions", GOOD, 200, "", ""),
    "good acr": ("/acr", GOOD, 200, "", ""),
    "good auth_time": ("/max-age", GOOD, 200, "", ""),
    "expired": ("/any", {"exp": NOW - 900}, 401, "token_expired", "invalid_token"),
    "wrong audience": ("/any", {"aud": "x:y"}, 401, "token_invalid", "invalid_token"),
    "wrong issuer": ("/any", {"iss": "x:y"}, 401, "token_invalid", "invalid_token"),
    "an ID token": ("/any", {"typ": "JWT"}, 401, "token_invalid", "invalid_token"),
    "revoked": ("/any", {"sid": "ended"}, 401, "token_revoked", "invalid_token"),
    "no scope": (
        "/scopes",
        {},
        403,
        "insufficient_scope",
        'error="insufficient_scope", scope="orders:write"',
    ),
    "no role": ("/roles", {}, 403, "missing_role", ""),
    "no permission": ("/permissions", {}, 403, "missing_permission", ""),
    "weak acr": (
        "/acr",
        {},
        401,
        "insufficient_user_authentication",
        'error="insufficient_user_authentication", acr_values="aal2"',
    ),
    "old auth_time": (
        "/max-age",
        {"auth_time": NOW - 900},
        401,
        "insufficient_user_authentication",
        'error="insufficient_user_authentication", max_age="60"',
    ),
    "a service": ("/any", {"sub": "web", "sid": None, "auth_time": None}, 200, "", ""),
    "a service, where a person signs in": (
        "/max-age",
        {"sub": "web", "sid": None, "auth_time": None},
        401,
        "insufficient_user_authentication",
        'max_age="60"',
    ),
    "optional, anonymous": ("/optional", None, 200, "", ""),
    "optional, good": ("/optional", {}, 200, "", ""),
    "optional, expired": (
        "/optional",
        {"exp": NOW - 900},
        401,
        "token_expired",
        "invalid_token",
    ),
}
MALFORMED = {
    "no token": b"Bearer",
    "blank": b"Bearer  ",
    "two tokens": b"Bearer a.b.c d.e.f",
    "joined": b"Bearer a.b.c, Bearer d.e.f",
    "non-ASCII": "Bearer é.b.c".encode(),
    "latin": b"Bearer \xe9\xff",
    "huge": b"Bearer " + b"a" * 20_000,
    "not a JWT": b"Bearer not-a-jwt",
    "five parts": b"Bearer a.b.c.d.e",
    "control": b"Bearer a\x01b",
    "NUL": b"Bearer a.b.c\x00",
    "line end": b"Bearer a.b.c\nx: y",
    "64 kB": b"Bearer " + b"aaaa" * 16_384,
    "twice": b"Bearer Bearer a.b.c",
    "a tab": b"Bearer\ta.b.c",
    "a bare name": b"bearer",
    "quoted": b'Bearer "a.b.c"',
    "empty parts": b"Bearer ..",
}


@pytest.fixture(params=FRAMEWORKS, scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with Issuer(ISSUER, audience=AUDIENCE).installed() as issuer:
        issuer.revoke(session="ended")
        found = FRAMEWORKS[request.param]()
        found.issuer = issuer
        yield found
        found.client.close()


def mint(
    served: Served,
    *,
    typ: str = "at+jwt",
    **claims: Any,
) -> Token:
    """Return a token of Ada's; a claim that is None is left out."""
    tokens = served.issuer.tokens
    make = tokens.mint if typ == "at+jwt" else tokens.id_token
    person = {"sub": "ada", "client_id": "web", "scope": "orders:read"}
    return make(claims=person | claims)


@pytest.mark.parametrize("case", CASES)
def test_every_framework_answers_the_same(served: Served, case: str) -> None:
    where, claims, status, code, challenge = CASES[case]
    token = None if claims is None else mint(served, **claims)
    answer = served.get(where, {"Authorization": f"Bearer {token}"} if token else {})
    assert answer.status_code == status, answer.text
    if status == 200:
        anonymous = None if claims is None else claims.get("sub", "ada")
        assert answer.json() == {"sub": anonymous}
        return
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    said = answer.headers.get("WWW-Authenticate", "")
    assert challenge in said and bool(challenge) == bool(said)


@pytest.mark.parametrize("case", MALFORMED)
@pytest.mark.parametrize("where", ["/any", "/optional"])
def test_a_malformed_header_is_a_401_that_repeats_nothing_of_it(
    served: Served,
    case: str,
    where: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = served.get(where, [(b"Authorization", MALFORMED[case])])
    assert answer.status_code == 401, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for part in ("a.b.c", "aaaa", "not-a-jwt"):
        assert part not in answer.text + str(answer.headers) + caplog.text


def test_two_authorization_headers_are_refused(served: Served) -> None:
    value = f"Bearer {mint(served)}"
    answer = served.get("/any", [("Authorization", value), ("Authorization", value)])
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_invalid"


def test_the_scheme_may_be_written_small(served: Served) -> None:
    assert (
        served.get("/any", {"Authorization": f"bearer {mint(served)}"}).status_code
        == 200
    )


@pytest.mark.parametrize("form", ["Bearer {}  ", "BEARER   {}", " Bearer {}"])
def test_spaces_around_are_no_fault(
    served: Served,
    form: str,
) -> None:
    header = {"Authorization": form.format(mint(served))}
    assert served.get("/any", header).status_code == 200


@pytest.mark.parametrize("order", [1, -1])
def test_a_second_header_of_another_scheme_does_not_hide_the_first(
    served: Served,
    order: int,
) -> None:
    values = [f"Bearer {mint(served)}", "Basic YTpi"][::order]
    answer = served.get("/any", [("Authorization", value) for value in values])
    assert answer.status_code == 401


def test_another_scheme_is_no_token(served: Served) -> None:
    basic = {"Authorization": "Basic YTpi"}
    assert served.get("/any", basic).json()["code"] == "token_missing"
    assert served.get("/optional", basic).json() == {"sub": None}


def test_a_token_in_the_query_is_not_taken(served: Served) -> None:
    assert (
        served.get(f"/any?access_token={mint(served)}").json()["code"]
        == "token_missing"
    )


def test_without_keys_it_is_503_and_says_when_to_come_back(served: Served) -> None:
    with served.issuer.key_server_down():
        answer = served.get("/any", mint(served).headers)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "keys_unavailable"
    assert "WWW-Authenticate" not in answer.headers
