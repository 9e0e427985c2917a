"""An application as Authlib's grants see a client."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from typing_extensions import override

from tenants.models import Application

LOOPBACK = ("127.0.0.1", "[::1]")


class Client(ClientMixin):
    """What one application may do at the protocol's endpoints."""

    def __init__(self, application: Application) -> None:
        self.application = application

    @override
    def get_client_id(self) -> str:
        return self.application.client_id

    @override
    def get_default_redirect_uri(self) -> str | None:
        """Return none: every request names its redirect URI."""
        return None

    @override
    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scope as it came: `targets.asked_for` has the say."""
        return scope or ""

    @override
    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether a URI is registered, character by character (RFC 9700 section 2.1)."""
        known = self.application.redirect_uris
        return is_registered(redirect_uri, known, self.application)

    @override
    def check_endpoint_auth_method(
        self,
        method: str,
        endpoint: str,
    ) -> bool:
        return method in methods_of(self.application)

    @override
    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.application.grants


def methods_of(application: Application) -> tuple[str, ...]:
    """Return how an application authenticates, in the terms of RFC 7591 section 2."""
    if not application.is_confidential:
        return ("none",)
    if application.client_authentication == Application.Authentication.KEY:
        return ("private_key_jwt",)
    return ("client_secret_basic", "client_secret_post")


def is_registered(
    uri: str,
    registered: Sequence[str],
    application: Application,
) -> bool:
    """Tell whether a browser may be sent to a URI: it is one of the application's registered.

    The port of a loopback address is free for native applications (RFC 8252 section 7.3):
    their system gives them one.
    """
    if uri in registered:
        return True
    if application.type != Application.Type.NATIVE:
        return False
    bare = _without_port(uri)
    return bool(bare) and any(bare == _without_port(known) for known in registered)


def _without_port(uri: str) -> str:
    """Return a loopback URI without its port; "" for any other."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return ""
    host = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    if parts.scheme != "http" or host not in LOOPBACK or not uri.startswith("http://"):
        return ""
    return uri.replace(parts.netloc, host, 1)
