"""Authlib's own client before a running server: our engine is not our judge, but a client."""

from typing import Any

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.e2e.oidc.keys import private_key
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.service import Service

pytestmark = pytest.mark.e2e
SCOPE = "openid profile email offline_access"
VERIFIER = "a-verifier-of-enough-length-0123456789-ABCDEFGH"


@pytest.fixture
def metadata(service: Service) -> dict[str, Any]:
    """What discovery tells."""
    url = service.url("/.well-known/openid-configuration")
    found: dict[str, Any] = requests.get(url, timeout=30).json()
    return found


def session(
    service: Service,
    listener: Listener,
    name: str,
    **given: Any,
) -> OAuth2Session:
    """Return Authlib's session of a client of the cast."""
    known = service.cast[name]
    usual = {
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
        "scope": SCOPE,
        "redirect_uri": f"{listener.origin}/callback",
        "code_challenge_method": "S256",
    }
    return OAuth2Session(**{**usual, **given})


def signed_in(
    client: OAuth2Session,
    metadata: dict[str, Any],
    who: Person,
) -> dict[str, Any]:
    """Send somebody to sign in; return the claims of the ID token, all of it checked."""
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="a nonce"
    )
    token = client.fetch_token(
        metadata["token_endpoint"],
        authorization_response=who.walk(url),
        state=state,
        code_verifier=VERIFIER,
    )
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
    read = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        read.claims,
        read.header,
        {"iss": {"value": metadata["issuer"]}, "aud": {"value": client.client_id}},
        {
            "nonce": "a nonce",
            "client_id": client.client_id,
            "access_token": token["access_token"],
        },
    )
    claims.validate()
    return dict(claims)


@pytest.mark.spec("OIDC Core 3.1.3.7")
@pytest.mark.parametrize(
    "method", ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"]
)
def test_somebody_signs_in_and_is_told_about(
    service: Service,
    listener: Listener,
    metadata: dict[str, Any],
    ann: Person,
    method: str,
) -> None:
    name = {"none": "page", "private_key_jwt": "signing"}.get(method, "own")
    more: dict[str, Any] = {"token_endpoint_auth_method": method}
    if method == "private_key_jwt":
        more["client_secret"] = ECKey.import_key(private_key())
        more["token_endpoint_auth_method"] = PrivateKeyJWT(
            metadata["token_endpoint"], alg="ES256", headers={"kid": "the-key"}
        )
    client = session(service, listener, name, **more)
    claims = signed_in(client, metadata, ann)
    told = client.get(metadata["userinfo_endpoint"]).json()
    assert told["sub"] == claims["sub"]
    assert told["email"] == ann.email
    before = client.token["access_token"]
    client.refresh_token(metadata["token_endpoint"])
    assert client.token["access_token"] != before
    assert client.get(metadata["userinfo_endpoint"]).status_code == 200


@pytest.mark.spec("RFC 7662 2.2")
@pytest.mark.spec("RFC 7009 2.1")
def test_a_token_is_asked_about_and_revoked(
    service: Service,
    listener: Listener,
    metadata: dict[str, Any],
    ann: Person,
) -> None:
    client = session(service, listener, "own")
    signed_in(client, metadata, ann)
    ask = metadata["introspection_endpoint"]
    access = client.token["access_token"]
    assert client.introspect_token(ask, access).json()["active"] is True
    refresh = client.token["refresh_token"]
    assert client.revoke_token(metadata["revocation_endpoint"], refresh).ok
    assert client.introspect_token(ask, access).json() == {"active": False}
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(metadata["token_endpoint"], refresh)


@pytest.mark.spec("RFC 6749 4.4")
def test_a_service_acts_for_itself(
    service: Service,
    listener: Listener,
    metadata: dict[str, Any],
) -> None:
    client = session(service, listener, "machine", scope="orders:read")
    token = client.fetch_token(
        metadata["token_endpoint"], grant_type="client_credentials"
    )
    assert token["scope"] == "orders:read"
    assert "refresh_token" not in token
