"""`docs/integrate-oidc.md` is true: its blocks run, in order, against a real service."""

import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.docs.pages import page
from tests.docs.running import Service, in_order, write_modules

PAGE = "docs/integrate-oidc.md"
WRITTEN = "127.0.0.1:5000"  # where the page says that the application is

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("curl"), reason="the blocks call curl"),
]


class Application(ThreadingHTTPServer):
    """An application that is told of ended sessions."""

    told: "Queue[str]"


class Ear(BaseHTTPRequestHandler):
    """Keeps the logout tokens that it is sent."""

    server: Application

    def do_POST(self) -> None:
        """Take one."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.told.put(parse_qs(body)["logout_token"][0])
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def application() -> Iterator[Application]:
    """An application on a port of its own."""
    server = Application(("127.0.0.1", 0), Ear)
    server.told = Queue()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_every_block_runs_and_says_what_the_page_promises(
    service: Service,
    application: Application,
) -> None:
    place = f"127.0.0.1:{application.server_address[1]}"
    write_modules(PAGE, service.folder)
    shop = service.folder / "shop.py"
    shop.write_text(shop.read_text().replace(WRITTEN, place))
    said = service.run("\n".join(page(PAGE).blocks("sh")).replace(WRITTEN, place))
    issuer = service.environment["ISSUER"]
    assert in_order(
        said,
        *(f"{issuer}/oauth/{n}" for n in ("authorize", "token", "userinfo", "logout")),
        *("what-you-remember", issuer),
        *("Bearer", "openid profile email offline_access orders:read"),
        "Ada ada@example.com True aal1",
        "ada@example.com",
        *("True", '{"active": false}'),
        "signed in: Ada",
        f"http://{place}/bye?state=left",
        "300",
        *(f"{issuer}/oauth/device", "5", "authorization_pending"),
        "orders:read",
        "pushed: please sign in",
    ), said
    token = application.told.get(timeout=30)
    claims = jwt.decode(token, options={"verify_signature": False})
    heard = f"export CLIENT_ID={claims['aud']}; echo {token} | python signed_out.py"
    assert service.run(heard) == [f"ended: {claims['sub']} {claims['sid']}"]


def test_the_settings_of_a_product_are_what_discovery_says(service: Service) -> None:
    (block,) = page(PAGE).blocks("ini")
    given = dict(line.split("=", 1) for line in block.splitlines())
    issuer = service.environment["ISSUER"]
    (found,) = service.run(f"curl -sS {issuer}/.well-known/openid-configuration")
    discovered = json.loads(found)
    prefix, same = "GF_AUTH_GENERIC_OAUTH_", {
        "AUTH_URL": "authorization_endpoint",
        "TOKEN_URL": "token_endpoint",
        "API_URL": "userinfo_endpoint",
        "SIGNOUT_REDIRECT_URL": "end_session_endpoint",
    }
    for setting, endpoint in same.items():
        url = urlsplit(given[prefix + setting].replace("ISSUER", issuer))
        assert url._replace(query="").geturl() == discovered[endpoint]
    asked = set(given[f"{prefix}SCOPES"].split())
    assert asked <= set(discovered["scopes_supported"])
