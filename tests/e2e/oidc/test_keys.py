"""The key set of a running server: how long it may be kept, and what a rotation changes."""

import time
from typing import Any

import jwt
import pytest
import requests

from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import SECONDS, Person
from tests.e2e.oidc.plain import Plain, kid
from tests.e2e.oidc.service import Service

pytestmark = pytest.mark.e2e
JWKS = "/.well-known/jwks.json"


def keys(service: Service) -> requests.Response:
    """Return the key set."""
    return requests.get(service.url(JWKS), timeout=SECONDS)


def verified(
    service: Service,
    client: Plain,
    token: str,
) -> dict[str, Any]:
    """Verify an ID token as a client does that has just read the key set."""
    by_kid = {
        key.key_id: key for key in jwt.PyJWKSet.from_dict(keys(service).json()).keys
    }
    found: dict[str, Any] = jwt.decode(
        token,
        by_kid[kid(token)].key,
        algorithms=["RS256"],
        audience=client.client_id,
        issuer=service.issuer,
    )
    return found


@pytest.mark.spec("OIDC Core 10.1.1")
@pytest.mark.parametrize("path", [JWKS, "/.well-known/openid-configuration"])
def test_it_may_be_kept_for_a_while_and_is_confirmed_cheaply(
    service: Service,
    path: str,
) -> None:
    url = service.url(path)
    first = requests.get(url, timeout=SECONDS)
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    known = {"If-None-Match": first.headers["ETag"]}
    again = requests.get(url, headers=known, timeout=SECONDS)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.spec("OIDC Core 10.1.1")
def test_a_rotation_on_the_way_breaks_nothing(
    service: Service,
    listener: Listener,
    ann: Person,
) -> None:
    """Signed in before, refreshed after: old tokens verify, the next are by a new key."""
    client = Plain(service, "own", f"{listener.origin}/callback")
    before = client.tokens(ann, scope="openid offline_access")
    tag, old = keys(service).headers["ETag"], kid(before["id_token"])
    for _ in range(2):  # publish, then activate what was published
        service.manage("rotate-signing-keys", "--now")
    after, ends = before, time.monotonic() + 60
    while kid(after["id_token"]) == old and time.monotonic() < ends:
        time.sleep(0.5)
        form = {"grant_type": "refresh_token", "refresh_token": after["refresh_token"]}
        after = client.post("/oauth/token", **form).json()
    assert kid(after["id_token"]) != old
    assert keys(service).headers["ETag"] != tag
    for token in (before["id_token"], after["id_token"]):
        assert verified(service, client, token)["iss"] == service.issuer
    assert client.about(before["access_token"]).ok
    hinted = client.answer(ann, prompt="none", id_token_hint=before["id_token"])
    assert hinted["code"]
