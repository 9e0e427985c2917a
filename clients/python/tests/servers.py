"""A real HTTP server on the loopback whose answers a test can change, and tokens for it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from ntt_auth.jose.encoding import encode

AUDIENCE = "https://api.example.com/orders"
Answer = tuple[int, dict[str, str], bytes]
FEED = "/api/v1/tokens/revocations"
Give = Callable[["Handler"], Answer | None]


class Handler(BaseHTTPRequestHandler):
    """Answers from `server.answers`; counts in `server.asked`."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        path = self.path.split("?", 1)[0]
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        self.server.asked.append(self.path)
        give = self.server.answers.get(path)
        answer = give(self) if give else (404, {}, b"{}")
        if answer is None:
            self.close_connection = True  # it was written by hand
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def log_message(
        self,
        *_: Any,
    ) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The issuer of a test: set `answers[path]`, look at `asked`."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Give] = {}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(
        self,
        *_: Any,
    ) -> None:
        """A client that hangs up is no fault here."""

    def says(
        self,
        path: str,
        document: Any,
        *,
        status: int = 200,
        **headers: str,
    ) -> None:
        """Answer a path with a JSON document from now on."""
        body = json.dumps(document).encode()
        self.answers[path] = lambda _: (status, headers, body)

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(1 for asked in self.asked if asked.split("?", 1)[0] == path)


class Issuer:
    """Keys, rows and tokens as the real server gives them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = server.url
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.rows: list[dict[str, Any]] = []
        self.feed_id = "feed"
        self.add_key("k1")
        server.says(
            "/.well-known/openid-configuration",
            {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"},
        )
        server.answers[FEED] = self._feed

    def add_key(self, kid: str) -> None:
        self.keys[kid] = ec.generate_private_key(ec.SECP256R1())
        self.server.says("/jwks", self.jwks())

    def jwks(self) -> dict[str, Any]:
        return {"keys": [public_jwk(key, kid) for kid, key in self.keys.items()]}

    def token(
        self,
        kid: str = "k1",
        **changes: Any,
    ) -> str:
        """Return a genuine token; a claim that is changed to None is left out."""
        header = {"alg": "ES256", "typ": "at+jwt", "kid": kid}
        return signed(header, self.claims(**changes), self.keys[kid])

    def claims(
        self,
        **changes: Any,
    ) -> dict[str, Any]:
        """Return the claims of a genuine token."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "ada",
            "aud": AUDIENCE,
            "exp": now + 300,
            "iat": now,
            "jti": "j1",
            "client_id": "shop",
            "scope": "orders:read orders:write",
            "sid": "s1",
            "tenant": "t1",
            "roles": ["editor"],
            "auth_time": now,
            "amr": ["pwd"],
            "acr": "aal1",
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def _feed(self, handler: Handler) -> Answer:
        query = handler.path.partition("?after=")[2]
        feed, _, number = query.partition(".")
        if query and (feed != self.feed_id or int(number) > len(self.rows)):
            return 410, {}, b'{"code": "cursor_gone"}'
        after = int(number or 0)
        tag = f'W/"{self.feed_id}.{len(self.rows)}"'
        if handler.headers.get("If-None-Match") == tag:
            return 304, {"ETag": tag}, b""
        rows = self.rows[after : after + 1000]
        last = after + len(rows)
        page = {
            "data": rows,
            "next_cursor": f"{self.feed_id}.{last}",
            "has_more": last < len(self.rows),
        }
        return 200, {"ETag": tag}, json.dumps(page).encode()


def public_jwk(
    key: ec.EllipticCurvePrivateKey,
    kid: str,
) -> dict[str, Any]:
    """Return the public JWK of an EC key."""
    numbers = key.public_key().public_numbers()
    x, y = (encode(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    own = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    return own | {"use": "sig", "alg": "ES256", "kid": kid}


def signed(
    header: Any,
    claims: Any,
    key: ec.EllipticCurvePrivateKey,
) -> str:
    """Return an ES256 token over any header and claims; bytes are taken as they are."""
    parts = [
        encode(part if isinstance(part, bytes) else json.dumps(part).encode())
        for part in (header, claims)
    ]
    data = ".".join(parts)
    r, s = decode_dss_signature(key.sign(data.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{data}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@contextmanager
def serving() -> Iterator[Server]:
    """Yield a server that is ended whatever happens."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; a test that fails here waits for ten seconds."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to hold")


def drip(handler: Handler) -> None:
    """Answer byte by byte, for ever so long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    try:
        for _ in range(100):
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass
