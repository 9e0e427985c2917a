"""What the OpenID Basic OP plan asks of a running server, its negative cases above all."""

import time

import pytest
import requests

from tests.e2e.oidc.conftest import person
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import SECONDS, Person
from tests.e2e.oidc.plain import Plain, claims
from tests.e2e.oidc.service import Service

pytestmark = pytest.mark.e2e


@pytest.fixture
def client(
    service: Service,
    listener: Listener,
) -> Plain:
    """Our own application: nobody is asked to consent, tokens are for UserInfo."""
    return Plain(service, "own", f"{listener.origin}/callback")


@pytest.mark.spec("RFC 6749 4.1.2")
def test_a_code_that_comes_back_revokes_what_it_gave(
    client: Plain,
    ann: Person,
) -> None:
    """After the token was used: oidcc-codereuse-30seconds."""
    code = client.answer(ann)["code"]
    first = client.exchange(code).json()
    assert client.about(first["access_token"]).ok
    again = client.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    refused = client.about(first["access_token"])
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert client.post("/oauth/token", **refresh).json()["error"] == "invalid_grant"


@pytest.mark.spec("RFC 9700 2.1")
@pytest.mark.parametrize(
    "change",
    [
        lambda uri: None,
        lambda uri: "",
        lambda uri: f"{uri}/",
        lambda uri: f"{uri}?",
        lambda uri: f"{uri}?foo=bar",
        lambda uri: f"{uri}#",
        lambda uri: f"{uri}#foo",
        lambda uri: f"{uri}/../callback",
        lambda uri: f"{uri}%2f",
        lambda uri: f" {uri}",
        lambda uri: f"{uri}\n",
        lambda uri: uri.replace("callback", "Callback"),
        lambda uri: uri.replace("callback", "c%61llback"),
        lambda uri: uri.replace("/callback", "//callback"),
        lambda uri: uri.replace("/callback", "\\callback"),
        lambda uri: uri.replace("http://", "HTTP://"),
        lambda uri: uri.replace("http://", "https://"),
        lambda uri: uri.replace("http:", ""),
        lambda uri: uri.replace("localhost", "LOCALHOST"),
        lambda uri: uri.replace("localhost", "localhost."),
        lambda uri: uri.replace("localhost", "127.0.0.1"),
        lambda uri: uri.replace("localhost", "evil.example"),
        lambda uri: uri.replace("http://", "http://evil.example@"),
        lambda uri: uri.replace("http://localhost", "http://localhost.evil.example"),
        lambda uri: "http://localhost/callback",
        lambda uri: "javascript:alert(1)",
    ],
)
def test_a_redirect_uri_in_another_spelling_is_never_followed(
    client: Plain,
    ann: Person,
    change: object,
) -> None:
    assert callable(change)
    answer = ann.open(client.url(redirect_uri=change(client.callback)))
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "text/html" in answer.headers["Content-Type"]


@pytest.mark.spec("RFC 6749 3.1")
def test_a_parameter_given_twice_is_never_followed(
    client: Plain,
    ann: Person,
) -> None:
    twice = f"{client.url()}&redirect_uri=https%3A%2F%2Fevil.example"
    assert ann.open(twice).status_code == 400


@pytest.mark.spec("OIDC Core 3.1.2.6")
def test_prompt_none_needs_a_session(
    client: Plain,
    ann: Person,
) -> None:
    refused = client.answer(ann, prompt="none")
    assert refused["error"] == "login_required"
    assert refused["state"] == "a state"
    assert refused["iss"] == client.service.issuer
    assert ann.seen == []
    client.tokens(ann)
    assert client.answer(ann, prompt="none")["code"]
    assert ann.seen == ["sign-in"]


@pytest.mark.spec("OIDC Core 3.1.2.6")
def test_prompt_none_does_not_ask_for_consent(
    service: Service,
    client: Plain,
    ann: Person,
) -> None:
    """The person is signed in, and has not consented to this scope."""
    client.tokens(ann)
    unasked = Plain(service, "unasked", client.callback)
    assert unasked.answer(ann, prompt="none")["error"] == "consent_required"


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_max_age_asks_for_a_proof_only_when_the_last_is_older(
    client: Plain,
    ann: Person,
) -> None:
    began = claims(client.tokens(ann)["id_token"])
    time.sleep(2.1)
    kept = claims(client.tokens(ann, max_age="10000")["id_token"])
    assert kept["auth_time"] == began["auth_time"]
    assert ann.seen == ["sign-in"]
    assert client.answer(ann, max_age="1", prompt="none")["error"] == "login_required"
    renewed = claims(client.tokens(ann, max_age="1")["id_token"])
    assert renewed["auth_time"] >= began["auth_time"] + 2
    assert ann.seen == ["sign-in", "sign-in"]
    assert renewed["sub"] == kept["sub"] == began["sub"]


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_prompt_login_asks_again(
    client: Plain,
    ann: Person,
) -> None:
    began = claims(client.tokens(ann)["id_token"])
    time.sleep(1.1)
    again = claims(client.tokens(ann, prompt="login")["id_token"])
    assert again["auth_time"] > began["auth_time"]
    assert ann.seen == ["sign-in", "sign-in"]


@pytest.mark.spec("OIDC Core 3.1.2.2")
def test_a_hint_of_somebody_else_gets_no_answer(
    service: Service,
    client: Plain,
    ann: Person,
) -> None:
    bob = person(service, "bob")
    hint = client.tokens(bob)["id_token"]
    own = client.tokens(ann)["id_token"]
    assert "code" in client.answer(ann, prompt="none", id_token_hint=own)
    refused = client.answer(ann, prompt="none", id_token_hint=hint)
    assert refused["error"] == "login_required"
    for wrong in ("garbage", f"{own[:-8]}AAAAAAAA", f"{own.rsplit('.', 1)[0]}."):
        refused = client.answer(ann, prompt="none", id_token_hint=wrong)
        assert refused["error"] == "invalid_request"


@pytest.mark.spec("RFC 6749 3.1")
@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_what_is_unknown_or_only_a_wish_is_ignored(
    client: Plain,
    ann: Person,
) -> None:
    wishes = {
        "extra": "foobar",
        "display": "popup",
        "ui_locales": "se xx",
        "claims_locales": "se",
        "acr_values": "1 2",
        "login_hint": "ann@example.com",
        "claims": '{"userinfo": {"name": {"essential": true}}, "id_token": null}',
    }
    told = claims(client.tokens(ann, **wishes)["id_token"])
    assert told["nonce"] == "a nonce"
    assert "name" not in told


@pytest.mark.spec("OIDC Core 5.4")
@pytest.mark.parametrize(
    ("scope", "granted", "told"),
    [
        ("openid", "openid", set()),
        ("openid profile", "openid profile", {"name"}),
        ("openid email", "openid email", {"email", "email_verified"}),
        ("openid address", "openid", set()),
        ("openid phone", "openid", set()),
        (
            "openid profile email address phone foo",
            "openid profile email",
            {"name", "email", "email_verified"},
        ),
    ],
)
def test_scopes_bring_their_claims_and_unknown_ones_nothing(
    client: Plain,
    ann: Person,
    scope: str,
    granted: str,
    told: set[str],
) -> None:
    tokens = client.tokens(ann, scope=scope)
    assert set(tokens["scope"].split()) == set(granted.split())
    about = client.about(tokens["access_token"]).json()
    assert {"name", "email", "email_verified", "address", "phone_number"} & set(
        about
    ) == told
    assert about["sub"] == claims(tokens["id_token"])["sub"]


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_state_and_nonce_are_the_clients_to_leave_out(
    client: Plain,
    ann: Person,
) -> None:
    answer = client.answer(ann, state=None, nonce=None)
    assert "state" not in answer
    told = claims(client.exchange(answer["code"]).json()["id_token"])
    assert "nonce" not in told


@pytest.mark.spec("OIDC Core 6")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "id_token token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
    ],
)
def test_what_we_do_not_do_is_told_to_the_client(
    client: Plain,
    ann: Person,
    given: dict[str, str | None],
    error: str,
) -> None:
    answer = client.answer(ann, **given)
    assert answer["error"] == error
    assert answer["state"] == "a state"
    assert ann.seen == []


@pytest.mark.spec("OIDC Core 5.3.1")
def test_userinfo_takes_a_token_in_its_header_only(
    service: Service,
    client: Plain,
    ann: Person,
) -> None:
    token, url = client.tokens(ann)["access_token"], service.url("/oauth/userinfo")
    bearer = {"Authorization": f"Bearer {token}"}
    assert requests.post(url, headers=bearer, timeout=SECONDS).ok
    for refused in (
        requests.get(url, params={"access_token": token}, timeout=SECONDS),
        requests.post(url, data={"access_token": token}, timeout=SECONDS),
        requests.get(url, timeout=SECONDS),
    ):
        assert refused.status_code in (400, 401)


@pytest.mark.spec("RFC 6749 5.2")
def test_a_wrong_secret_or_a_wrong_exchange_is_refused(
    service: Service,
    client: Plain,
    ann: Person,
) -> None:
    code = client.answer(ann)["code"]
    wrong = requests.post(
        service.url("/oauth/token"),
        data={"grant_type": "authorization_code", "code": code},
        auth=(client.client_id, "wrong"),
        timeout=SECONDS,
    )
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    for change in (
        {"redirect_uri": f"{client.callback}/"},
        {"code_verifier": "x" * 43},
        {"code": "garbage"},
    ):
        refused = client.exchange(code, **change)
        assert refused.status_code == 400
        assert refused.json()["error"] == "invalid_grant"
    assert client.exchange(code).ok
