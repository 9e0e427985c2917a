"""requests-oauthlib before a running server: OAuth 2.0 as scripts use it."""

from typing import Any

import pytest
from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, MismatchingStateError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.service import Service

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("_plain_http")]
SCOPE = ["openid", "email", "offline_access"]


@pytest.fixture
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """It speaks https only, unless told; our loopback has none."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def session(
    service: Service,
    listener: Listener,
    name: str,
) -> OAuth2Session:
    """Return the session of a client of the cast; it makes its own PKCE verifier."""
    return OAuth2Session(
        service.cast[name]["client_id"],
        redirect_uri=f"{listener.origin}/callback",
        scope=SCOPE,
        pkce="S256",
    )


@pytest.mark.spec("RFC 6749 4.1")
@pytest.mark.spec("RFC 7636 4")
@pytest.mark.parametrize("name", ["own", "page"])
def test_somebody_signs_in(
    service: Service,
    listener: Listener,
    ann: Person,
    name: str,
) -> None:
    client, secret = (
        session(service, listener, name),
        service.cast[name]["client_secret"],
    )
    proof: dict[str, Any] = {"include_client_id": True}
    if secret:
        proof = {"auth": HTTPBasicAuth(client.client_id, secret)}
    url, _ = client.authorization_url(service.url("/oauth/authorize"))
    token = client.fetch_token(
        service.url("/oauth/token"), authorization_response=ann.walk(url), **proof
    )
    assert set(token["scope"]) == set(SCOPE)
    assert client.get(service.url("/oauth/userinfo")).json()["email"] == ann.email
    more = {} if secret else {"client_id": client.client_id}
    auth = proof.get("auth")
    again = client.refresh_token(service.url("/oauth/token"), auth=auth, **more)
    assert again["refresh_token"] != token["refresh_token"]
    assert client.get(service.url("/oauth/userinfo")).ok


@pytest.mark.spec("RFC 7636 4.6")
def test_a_code_is_worth_nothing_in_another_session(
    service: Service,
    listener: Listener,
    ann: Person,
) -> None:
    """Another's state is refused by the client, another's verifier by us."""
    victim, thief = (session(service, listener, "page") for _ in range(2))
    back = ann.walk(victim.authorization_url(service.url("/oauth/authorize"))[0])
    thief.authorization_url(service.url("/oauth/authorize"))
    token = service.url("/oauth/token")
    with pytest.raises(MismatchingStateError):
        thief.fetch_token(token, authorization_response=back, include_client_id=True)
    thief._state = victim._state
    with pytest.raises(InvalidGrantError):
        thief.fetch_token(token, authorization_response=back, include_client_id=True)


@pytest.mark.spec("RFC 6749 4.4")
def test_a_service_acts_for_itself(service: Service) -> None:
    known = service.cast["machine"]
    client = OAuth2Session(
        client=BackendApplicationClient(known["client_id"], scope=["orders:read"])
    )
    token = client.fetch_token(
        service.url("/oauth/token"), client_secret=known["client_secret"]
    )
    assert token["scope"] == ["orders:read"]
