"""What the token endpoint answers."""

import pytest

from tests.factories import SessionFactory
from tests.tokens.oidc.party import client_application, unread
from tokens import minting
from tokens.models import Session
from tokens.oidc.grants.answers import token_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def answered(
    scope: str,
    grants: list[str],
    nonce: str = "",
) -> dict[str, object]:
    """Return the answer to a client for a session with `scope`."""
    application = client_application(grants=grants)
    session = SessionFactory(
        application=application, scope=scope, door=Session.Door.OAUTH
    )
    return token_response(minting.issue(session.sid), application, nonce=nonce)


@pytest.mark.spec("RFC 6749 5.1")
def test_who_may_not_refresh_gets_nothing_to_refresh_with() -> None:
    body = answered("email", ["authorization_code"])
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["scope"]) == ("Bearer", "email")
    more = answered("email", ["authorization_code", "refresh_token"])
    assert set(more) - set(body) == {"refresh_token", "refresh_expires_in"}


@pytest.mark.spec("OIDC Core 3.1.3.3", "OIDC Core 3.1.2.1")
def test_an_id_token_is_for_who_asked_for_openid_and_repeats_the_nonce() -> None:
    body = answered("openid", ["authorization_code"], nonce="n")
    assert unread(str(body["id_token"]))["nonce"] == "n"
    assert "nonce" not in unread(str(answered("openid", [])["id_token"]))
    assert "id_token" not in answered("profile email", [], nonce="n")
