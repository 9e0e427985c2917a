"""The code flow's client at a session's end, and between: blocking and not."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from clients import Blocking
from ntt_auth import ConfigurationError, ServerUnavailable, _http
from ntt_auth.oidc import (
    AsyncOpenIDClient,
    LogoutTokenInvalid,
    OpenIDClient,
    RefreshRefused,
    SignInFailed,
)
from ntt_auth.oidc.statements import LOGOUT_EVENT
from servers import public_jwk, signed
from shops import query
from test_oidc import ISSUER, KEY

EVENTS = {LOGOUT_EVENT: {}}


class Played:
    """Answers everything with one document, but for the keys."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.headers: dict[str, str] = {}
        self.sent: list[_http.Request] = []

    def __call__(self, request: _http.Request) -> _http.Response:
        if request.url.endswith("jwks.json"):
            keys = json.dumps({"keys": [public_jwk(KEY, "k1")]}).encode()
            return _http.Response(200, {}, keys)
        self.sent.append(request)
        return _http.Response(self.status, self.headers, self.body)

    def says(
        self,
        document: Any,
        status: int = 200,
    ) -> None:
        self.status, self.body = status, json.dumps(document).encode()


@pytest.fixture
def played() -> Iterator[Played]:
    found = Played()
    with _http.override(found):
        yield found


@pytest.fixture(params=["blocking", "async"])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "blocking":
        yield OpenIDClient(ISSUER, "shop", "secret")
        return
    loop = asyncio.new_event_loop()
    yield Blocking(AsyncOpenIDClient(ISSUER, "shop", "secret"), loop)
    loop.close()


def test_a_refresh_token_is_revoked_as_the_rfc_has_it(
    client: Any,
    played: Played,
) -> None:
    assert client.revoke("RT") is None
    (sent,) = played.sent
    assert (sent.method, sent.url) == ("POST", f"{ISSUER}/oauth/revoke")
    assert sent.headers["Authorization"].startswith("Basic ")
    form = dict(parse_qsl(sent.body.decode()))
    assert form == {"token": "RT", "token_type_hint": "refresh_token"}


@pytest.mark.parametrize("status", [302, 401, 429, 503])
def test_a_revocation_that_was_not_taken_is_told(
    client: Any,
    played: Played,
    status: int,
) -> None:
    played.status = status
    with pytest.raises(ServerUnavailable, match=str(status)):
        client.revoke("RT")


def test_user_info_is_of_the_same_person(
    client: Any,
    played: Played,
) -> None:
    played.says({"sub": "ada", "email": "a@b.c"})
    assert client.user_info("AT", subject="ada")["email"] == "a@b.c"
    assert played.sent[0].headers["Authorization"] == "Bearer AT"
    with pytest.raises(SignInFailed):
        client.user_info("AT", subject="bob")


def test_a_refused_user_info_ends_the_session_here_too(
    client: Any,
    played: Played,
) -> None:
    played.says({"error": "invalid_token", "error_description": "Over.\n"}, 401)
    with pytest.raises(RefreshRefused) as refused:
        client.user_info("AT", subject="ada")
    assert (refused.value.code, refused.value.reason) == ("invalid_token", "Over.?")


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (200, b"<html>", ServerUnavailable),
        (400, b"<html>", ServerUnavailable),
        (400, b'{"error": "unauthorized_client"}', ConfigurationError),
        (200, b'{"access_token": 7, "token_type": "Bearer"}', SignInFailed),
        (200, b'{"access_token": "a", "token_type": "DPoP"}', SignInFailed),
        (200, b'{"access_token": "a", "token_type": "Bearer"}', SignInFailed),
    ],
)
def test_an_answer_that_holds_no_pair_is_none(
    client: Any,
    played: Played,
    status: int,
    body: bytes,
    raised: type[Exception],
) -> None:
    played.status, played.body = status, body
    with pytest.raises(raised):
        client.refresh("RT")


def test_an_outage_says_how_long_to_wait(
    client: Any,
    played: Played,
) -> None:
    played.status, played.headers = 503, {"retry-after": "7"}
    with pytest.raises(ServerUnavailable) as caught:
        client.refresh("RT")
    assert caught.value.retry_after == 7


def test_the_way_out_tells_the_id_token_in_a_form_only() -> None:
    client = OpenIDClient(ISSUER, "shop")
    back = "https://shop.example/bye"
    url = client.logout_url(post_logout_redirect_uri=back, state="s")
    assert url.startswith(f"{ISSUER}/oauth/logout?")
    wanted = {"client_id": "shop", "post_logout_redirect_uri": back, "state": "s"}
    assert query(url) == wanted
    address, fields = client.logout_form("ID", post_logout_redirect_uri=back)
    assert (address, fields["id_token_hint"]) == (f"{ISSUER}/oauth/logout", "ID")
    assert "state" not in fields


def notice(
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": "shop", "sub": "ada", "sid": "s1", "iat": now,
        "exp": now + 60, "jti": "j1", "events": EVENTS,
    } | changes  # fmt: skip
    given = {name: value for name, value in claims.items() if value is not None}
    head = {"alg": "ES256", "kid": "k1", "typ": "logout+jwt"} | (header or {})
    return signed(head, given, KEY)


@pytest.mark.usefixtures("played")
def test_a_notice_says_whose_session_ended(client: Any) -> None:
    told = client.verify_logout_token(notice())
    assert (told.sub, told.sid, told.jti) == ("ada", "s1", "j1")
    assert client.verify_logout_token(notice(sid=None)).sid is None


Make = Callable[[], str]
WRONG: dict[str, Make] = {
    "no token": lambda: "nonsense",
    "an id token": lambda: notice({"typ": "JWT"}),
    "another algorithm": lambda: notice({"alg": "RS256"}),
    "a critical header": lambda: notice({"crit": ["exp"]}),
    "no kid": lambda: notice({"kid": 7}),
    "no event": lambda: notice(events={}),
    "an event of text": lambda: notice(events={LOGOUT_EVENT: "x"}),
    "a nonce": lambda: notice(nonce="n"),
    "no jti": lambda: notice(jti=None),
    "nobody": lambda: notice(sub=None, sid=None),
    "a sub of numbers": lambda: notice(sub=7),
    "an old one": lambda: notice(iat=int(time.time()) - 900),
    "an expired one": lambda: notice(exp=1000),
    "one of tomorrow": lambda: notice(iat=int(time.time()) + 86_400),
    "another issuer": lambda: notice(iss="https://other.example"),
    "another client": lambda: notice(aud="other"),
    "no object": lambda: signed(
        {"alg": "ES256", "kid": "k1", "typ": "logout+jwt"}, b"[]", KEY
    ),
}


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_notice_that_is_wrong_in_one_way_is_refused(
    client: Any,
    wrong: str,
) -> None:
    with pytest.raises(LogoutTokenInvalid):
        client.verify_logout_token(WRONG[wrong]())
