"""A provider on this machine: it answers well unless a test has it do otherwise.

It speaks OpenID Connect, and the dialects of GitHub and Facebook.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from typing_extensions import override

KID = "key-1"
Handler = Callable[["Asking"], None]


@lru_cache(maxsize=2)
def private_key(name: str) -> rsa.RSAPrivateKey:
    """Return a provider's signing key: made once."""
    return rsa.generate_private_key(65537, 2048)


def jwk(name: str = KID) -> dict[str, Any]:
    """Return the public part of a key."""
    found = json.loads(
        jwt.algorithms.RSAAlgorithm.to_jwk(private_key(name).public_key())
    )
    return {**found, "kid": name, "alg": "RS256", "use": "sig"}


@dataclass
class Asked:
    """One request that a provider was sent."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Upstream:
    """A provider: `person` is who signs in there, `answers` what it says instead.

    `answers` maps a path to a document (answered as JSON with 200), a pair of status and
    document, bytes, or a function of the open request. `claims` change its ID tokens:
    None leaves one out.
    """

    port: int
    client_id: str = "our-client"
    client_secret: str = "our-secret"  # nosec: of a test
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "u-1",
            "email": "ann@example.com",
            "email_verified": True,
            "name": "Ann",
        }
    )
    claims: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None

    @property
    def issuer(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def authorize(
        self,
        url: str,
    ) -> dict[str, str]:
        """Have its person say yes at an authorization URL; return what the browser brings back."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = base64.urlsafe_b64encode(hashlib.sha256(url.encode()).digest()[:16])
        self.codes[code.decode()] = asked
        return {"code": code.decode(), "state": asked["state"]}

    def id_token(
        self,
        nonce: str | None = None,
        **claims: Any,
    ) -> str:
        """Return an ID token of its person; None leaves a claim out."""
        now = int(time.time())
        usual: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": nonce,
            **self.person,
        }
        told = {**usual, **self.claims, **claims}
        kept = {name: value for name, value in told.items() if value is not None}
        if self.sign is not None:
            return self.sign(kept)
        return jwt.encode(kept, private_key(KID), "RS256", headers={"kid": KID})

    def document(
        self,
        asked: Asked,
    ) -> Any:
        """Return what it answers when all is well; a pair where the status is not 200."""
        if asked.path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if asked.path == "/jwks":
            return {"keys": [jwk()]}
        if asked.path in ("/userinfo", "/api/v3/user") or asked.path.endswith("/me"):
            return self.person
        if asked.path == "/api/v3/user/emails":
            return [
                {
                    "email": self.person["email"],
                    "primary": True,
                    "verified": self.person["email_verified"],
                }
            ]
        if asked.path.endswith(("/token", "/access_token")):
            return self._exchanged(asked)
        return 404, {"error": "not_found"}

    def _exchanged(
        self,
        asked: Asked,
    ) -> Any:
        given = asked.form
        secret = (given.get("client_id"), given.get("client_secret"))
        if secret != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client"}
        begun = self.codes.pop(given.get("code", ""), None)
        if begun is None or begun["redirect_uri"] != given.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if "code_challenge" in begun:
            digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
            made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if made != begun["code_challenge"]:
                return 400, {"error": "invalid_grant"}
        found = {"access_token": "at-of-the-provider", "token_type": "Bearer"}
        if "openid" in begun.get("scope", ""):
            found["id_token"] = self.id_token(begun.get("nonce"))
        return found


class Asking(BaseHTTPRequestHandler):
    """One request to an upstream."""

    upstream: Upstream

    @override
    def log_message(
        self,
        *args: Any,
    ) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("")

    def do_POST(self) -> None:
        """Answer a POST."""
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(length).decode())

    def _answer(
        self,
        body: str,
    ) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            form=dict(parse_qsl(body)),
            headers={k.lower(): v for k, v in self.headers.items()},
        )
        self.upstream.asked.append(asked)
        found = self.upstream.answers.get(parts.path)
        if callable(found):
            found(self)
            return
        if found is None:
            found = self.upstream.document(asked)
        status, document = found if isinstance(found, tuple) else (200, found)
        is_bytes = isinstance(document, bytes)
        self.say(status, document if is_bytes else json.dumps(document).encode())

    def say(
        self,
        status: int,
        body: bytes,
    ) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    """A server whose callers may leave without a word."""

    @override
    def handle_error(
        self,
        *args: Any,
    ) -> None:
        """Say nothing: whoever asked left, or was thrown out."""


@contextmanager
def serving() -> Iterator[Upstream]:
    """Serve a provider on a free port of 127.0.0.1."""
    handler = type("Handler", (Asking,), {})
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    upstream = Upstream(server.server_address[1])
    handler.upstream = upstream  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
