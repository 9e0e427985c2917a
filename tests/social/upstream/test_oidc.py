"""The exchange of a code, UserInfo, and ID tokens that apps were given."""

import base64
from typing import Any

import pytest

from config.encryption import encrypt
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import of_id_token, oidc
from social.upstream.discovery import Metadata
from tests.social.upstream.asking import vouch
from tests.social.upstreams import Upstream


def refused(
    connection: Connection,
    upstream: Upstream,
) -> str:
    """See nobody vouched for; return the check that failed."""
    with pytest.raises(UpstreamFault) as caught:
        vouch(connection, upstream)
    return caught.value.check


@pytest.mark.spec("RFC 6749 2.3.1")
@pytest.mark.parametrize(
    ("methods", "basic"),
    [
        *((None, True), ([], True), (["client_secret_basic"], True), ("x", True)),
        *((["client_secret_post"], False), (["private_key_jwt"], False)),
        (["client_secret_basic", "client_secret_post"], False),
    ],
)
def test_the_client_proves_itself_as_the_provider_wants(
    connection: Connection,
    upstream: Upstream,
    methods: Any,
    basic: bool,
) -> None:
    connection.client_id, connection.client_secret = "our client", encrypt("a:b/c")
    metadata = Metadata(
        issuer=upstream.issuer,
        authorization_endpoint="",
        token_endpoint=f"{upstream.issuer}/token",
        jwks_uri="",
        userinfo_endpoint="",
        token_methods=tuple(methods) if isinstance(methods, list) else (),
    )
    upstream.answers["/token"] = {"access_token": "at"}
    oidc.exchange(connection, metadata, {"code": "c"})
    [asked] = upstream.asked
    if basic:
        pair = base64.b64encode(b"our%20client:a%3Ab%2Fc").decode()
        assert asked.headers["authorization"] == f"Basic {pair}"
        assert asked.form == {"code": "c"}
    else:
        assert "authorization" not in asked.headers
        assert (asked.form["client_id"], asked.form["client_secret"]) == (
            "our client",
            "a:b/c",
        )


@pytest.mark.spec("OpenID Connect Core 5.3.4")
@pytest.mark.parametrize(
    ("token", "info", "email", "verified"),
    [
        ({"email": "a@b.example"}, {"email_verified": True}, "a@b.example", False),
        ({}, {"email": "a@b.example", "email_verified": True}, "a@b.example", True),
        ({"email_verified": True}, {"email": "a@b.example"}, "a@b.example", False),
        (
            {"email": "a@b.example"},
            {"email": "A@b.example", "email_verified": True},
            "a@b.example",
            True,
        ),
        (
            {"email": "a@b.example", "email_verified": True},
            {"email": "a@b.example", "email_verified": False},
            "a@b.example",
            False,
        ),
        (
            {"email": "a@b.example", "email_verified": False},
            {"email": "a@b.example", "email_verified": True},
            "a@b.example",
            False,
        ),
        ({"email": "a@b.example", "email_verified": True}, {}, "a@b.example", True),
        ({}, {}, "", False),
    ],
)
def test_an_address_is_verified_where_nobody_denies_it(
    connection: Connection,
    upstream: Upstream,
    token: dict[str, Any],
    info: dict[str, Any],
    email: str,
    verified: bool,
) -> None:
    upstream.person = {"sub": "u-1", **token}
    upstream.answers["/userinfo"] = {"sub": "u-1", **info}
    found = vouch(connection, upstream)
    assert (found.email, found.verified) == (email, verified)


def test_an_id_token_of_an_app_is_for_one_of_ours(
    connection: Connection,
    upstream: Upstream,
) -> None:
    connection.native_client_ids = ["our-app"]
    token = upstream.id_token("n-1", aud="our-app")
    vouched, nonce = of_id_token(connection, token, nonce="n-1")
    assert (vouched.subject, vouched.tokens, nonce) == ("u-1", {}, "n-1")
    with pytest.raises(UpstreamFault) as caught:
        of_id_token(connection, upstream.id_token("n-1", aud="else"), nonce="n-1")
    assert caught.value.check == "aud"


def test_an_id_token_of_an_app_does_not_come_by_a_browser(
    connection: Connection,
    upstream: Upstream,
) -> None:
    connection.native_client_ids = ["our-app"]
    upstream.claims = {"aud": "our-app"}
    assert refused(connection, upstream) == "aud"
