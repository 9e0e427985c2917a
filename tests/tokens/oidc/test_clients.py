"""An application as a client: its grants, its redirect URIs, how it authenticates."""

import pytest

from tenants.models import Application
from tests.tokens.oidc.party import CALLBACK
from tokens.oidc.clients import Client, methods_of

TYPES = Application.Type
LOOPBACK = ["http://127.0.0.1/cb", "http://[::1]/cb?x=1", "com.example.app:/cb"]


def client(**traits: object) -> Client:
    """Return a client that stands in no database."""
    usual = {
        "client_id": "app",
        "type": TYPES.WEB,
        "grants": ["authorization_code"],
        "redirect_uris": [CALLBACK],
    }
    return Client(Application(**{**usual, **traits}))


@pytest.mark.parametrize(
    ("type_", "by_key", "methods"),
    [
        (TYPES.SPA, False, ("none",)),
        (TYPES.NATIVE, False, ("none",)),
        (TYPES.NATIVE, True, ("none",)),
        (TYPES.WEB, False, ("client_secret_basic", "client_secret_post")),
        (TYPES.SERVICE, False, ("client_secret_basic", "client_secret_post")),
        (TYPES.WEB, True, ("private_key_jwt",)),
        (TYPES.SERVICE, True, ("private_key_jwt",)),
    ],
)
@pytest.mark.spec("RFC 7591 2", "RFC 6749 2.1")
def test_how_a_client_authenticates_follows_from_what_it_can_keep(
    type_: str,
    by_key: bool,
    methods: tuple[str, ...],
) -> None:
    way = "private_key_jwt" if by_key else "client_secret"
    made = client(type=type_, client_authentication=way)
    assert methods_of(made.application) == methods
    assert all(made.check_endpoint_auth_method(name, "token") for name in methods)
    assert not made.check_endpoint_auth_method("client_secret_jwt", "token")


@pytest.mark.spec("RFC 9700 2.1.2")
def test_only_the_code_flow_is_answered() -> None:
    assert client().check_response_type("code")
    for other in ("token", "id_token", "code id_token", "none", ""):
        assert not client().check_response_type(other)
    assert not client(grants=["refresh_token"]).check_response_type("code")
    assert not client().check_grant_type("password")


@pytest.mark.spec("RFC 6749 3.1.2.3")
def test_a_redirect_uri_is_always_named() -> None:
    assert client().get_default_redirect_uri() is None
    assert client().check_redirect_uri(CALLBACK)
    assert not client().check_redirect_uri("")
    assert (client().get_client_id(), client().get_allowed_scope(None)) == ("app", "")


@pytest.mark.parametrize(
    ("uri", "registered"),
    [
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:51004/cb", True),
        ("http://[::1]:8/cb?x=1", True),
        ("com.example.app:/cb", True),
        ("http://[::1]:8/cb", False),
        ("http://[::1]:8/cb?x=2", False),
        ("http://127.0.0.1:51004/cb/", False),
        ("http://127.0.0.1:0x50/cb", False),
        ("http://127.0.0.1:080/cb", False),
        ("http://user@127.0.0.1:80/cb", False),
        ("http://localhost:51004/cb", False),
        ("com.example.app:8/cb", False),
        ("http://[::1/cb", False),
        ("http://[::ffff:127.0.0.1]:80/cb", False),
    ],
)
@pytest.mark.spec("RFC 8252 7.3")
def test_the_port_of_loopback_is_free_for_native_clients_alone(
    uri: str,
    registered: bool,
) -> None:
    native = client(type=TYPES.NATIVE, redirect_uris=LOOPBACK)
    assert native.check_redirect_uri(uri) is registered
    web = client(redirect_uris=LOOPBACK)
    assert web.check_redirect_uri(uri) is (uri in LOOPBACK)
