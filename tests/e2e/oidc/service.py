"""The service as operators run it, with a database and people of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.processes import ROOT, Server, environment, free_port

PATIENCE = 120  # seconds that a command may take


@dataclass
class Service:
    """A running server. `cast` holds what clients and people are told, by name."""

    server: Server
    issuer: str
    cast: dict[str, dict[str, Any]] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.issuer}{path}"

    def manage(self, *arguments: str) -> dict[str, Any]:
        """Run an operator command beside the server; return its answer."""
        answer: dict[str, Any] = json.loads(
            _run(["manage.py", *arguments, "--json"], self.server.environ)
        )
        return answer

    def perform(self, play: dict[str, Any]) -> None:
        """Make the people and applications of a play."""
        module = ["-m", "tests.e2e.oidc.cast"]
        told = _run(module, self.server.environ, json.dumps(play))
        self.cast = json.loads(told.splitlines()[-1])


def prepared(
    folder: Path,
    host: str = "127.0.0.1",
    **more: str,
) -> Service:
    """Return the service, migrated, on a free port of the loopback; not started.

    `host` is what its issuer calls it, `more` are further settings.
    """
    port = free_port()
    issuer = f"http://{host}:{port}"
    settings = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ENV": "development",
        "VAR_DIR": str(folder / "var"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "ISSUER": issuer,
        "DATABASE_URL": f"sqlite:///{folder}/var/db.sqlite3",
        "REDIS_URL": "",
        "EMAIL_URL": "",
        "BCRYPT_ROUNDS": "10",
        **more,
    }
    start = [sys.executable, "-m", "config.start"]
    _run([*start[1:], "--prepare"], settings)
    server = Server(
        name="the service",
        command=start,
        environ=settings,
        port=port,
        log=folder / "service.log",
        probe="/healthz",
    )
    return Service(server, issuer)


def _run(
    arguments: list[str],
    settings: dict[str, str],
    given: str = "",
) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}:\n{done.stdout}{done.stderr}"
    return done.stdout
