"""Where the contract is tried: at the issuer of the test kit, and at the real server."""

import base64
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from ntt_auth._http import Channel, Request, Response, Unreachable
from ntt_auth.testing import Issuer

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
SERVER_PYTHON = ROOT / ".venv" / "bin" / "python"
AUDIENCE = "https://api.example.com/orders"
START_SECONDS = 90
SCOPES = ["orders:read", "orders:write"]


class World(Protocol):
    """What a case may do."""

    issuer: str
    credentials: tuple[str, str]  # of an application that acts for itself

    def send(self, request: Request) -> Response: ...

    def person(self) -> str:
        """Sign a person in: member of a tenant, with a role; return an access token."""

    def service(self) -> str:
        """Return an access token of an application itself."""

    def revoke(self, kind: str, identity: str) -> None:
        """End something; for a session or a token it is the last `person`'s."""

    def rotate_keys(self) -> None: ...

    def restart_feed(self) -> None: ...

    def answering(self) -> AbstractContextManager[object]:
        """Be what verifiers of this process reach, for as long as it lasts."""


class Fake:
    """The test kit's."""

    issuer = "https://id.example.com"
    credentials = ("app_testing", "any secret")

    def __init__(self) -> None:
        self.kit = Issuer(self.issuer, audience=AUDIENCE)
        self.send = self.kit.answer
        self.rotate_keys = self.kit.rotate_keys
        self.restart_feed = self.kit.restart_feed
        self.revoke = self.kit.refuse
        self.answering = self.kit.installed

    def person(self) -> str:
        return self.kit.tokens.mint(
            scopes=SCOPES,
            roles=["editor"],
            permissions=["orders:refund"],
            after_revocation=True,
        )

    def service(self) -> str:
        return self.kit.tokens.service(scopes=SCOPES, after_revocation=True)


class Real:
    """A server of its own, on an empty database."""

    def __init__(
        self,
        issuer: str,
        backstage: "subprocess.Popen[str]",
    ) -> None:
        self.issuer = issuer
        self._backstage = backstage
        self._channel = Channel()
        staged = self._do("stage")
        self._web = staged["web"]
        client_id, secret = staged["machine"]
        self.credentials = (client_id, secret)
        self._login: dict[str, str] = {}

    def send(self, request: Request) -> Response:
        return self._channel.send(request)

    def person(self) -> str:
        from backstage import PERSON

        self._login = self._post("auth/login", {**PERSON, "client_id": self._web})
        return self._login["access_token"]

    def service(self) -> str:
        secret = base64.b64encode(":".join(self.credentials).encode()).decode()
        answer = self.send(
            Request(
                "POST",
                f"{self.issuer}/oauth/token",
                {
                    "Authorization": f"Basic {secret}",
                    "Content-Type": "application/x-www-form-urlencoded",
                },
                urlencode({"grant_type": "client_credentials"}).encode(),
            )
        )
        assert answer.status == 200, answer
        token: str = json.loads(answer.body)["access_token"]
        return token

    def revoke(
        self,
        kind: str,
        identity: str,
    ) -> None:
        named = {"session": "refresh_token", "token": "access_token"}.get(kind)
        if named:
            self._post("tokens/revoke", {"token": self._login[named]})
        else:
            self._do("revoke", kind, identity)

    def rotate_keys(self) -> None:
        self._do("rotate_keys")

    def restart_feed(self) -> None:
        self._do("restart_feed")

    def answering(self) -> AbstractContextManager[object]:
        return nullcontext()

    def _post(
        self,
        path: str,
        body: dict[str, str],
    ) -> dict[str, str]:
        answer = self.send(
            Request(
                "POST",
                f"{self.issuer}/api/v1/{path}",
                {"Content-Type": "application/json"},
                json.dumps(body).encode(),
                timeout=30,
            )
        )
        assert answer.status in (200, 204), (path, answer.status)
        found: dict[str, str] = json.loads(answer.body or b"{}")
        return found

    def _do(
        self,
        action: str,
        *arguments: str,
    ) -> Any:
        sent, said = self._backstage.stdin, self._backstage.stdout
        assert sent is not None and said is not None
        sent.write(json.dumps([action, arguments]) + "\n")
        sent.flush()
        return json.loads(said.readline())


@contextmanager
def real(folder: Path) -> Iterator[Real]:
    """Start the server, and end it by its process id."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ENV": "development",
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": f"sqlite:///{folder}/var/db.sqlite3",
        "PORT": str(port),
        "ISSUER": issuer,
        "PYTHONPATH": str(ROOT),
    }
    with (folder / "log").open("w+") as log:
        server = subprocess.Popen(
            [SERVER_PYTHON, "-m", "config.start"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(server, issuer, folder / "log")
            with subprocess.Popen(
                [SERVER_PYTHON, HERE / "backstage.py"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as backstage:
                yield Real(issuer, backstage)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(
    server: "subprocess.Popen[bytes]",
    issuer: str,
    log: Path,
) -> None:
    channel, ends = Channel(), time.monotonic() + START_SECONDS
    while True:
        try:
            if channel.send(Request("GET", f"{issuer}/readyz")).status == 200:
                return channel.close()
        except Unreachable:
            pass
        if server.poll() is not None or time.monotonic() > ends:
            raise AssertionError(f"the server did not start:\n{log.read_text()}")
        time.sleep(0.2)
