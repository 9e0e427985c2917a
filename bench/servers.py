"""The measured servers: this service, the stock one, and the floors under gunicorn."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench import scenarios, suites
from bench.processes import ROOT, CannotMeasure, Server, environment, free_port
from bench.scenarios import Cast, Clients, Person, Scenario

PREPARE_SECONDS = 600
# the stock projects: where each is, and a path that tells that it answers
PROJECTS = {
    "stock": ("bench.stock", "/api/me/"),
    "toolkit": ("bench.stock.toolkit", "/o/token/"),
}


@dataclass(frozen=True)
class Shape:
    """What all servers share: gunicorn's size, the cost of a hash, how many people."""

    folder: Path
    workers: int = 2
    threads: int = 48
    rounds: int = 12
    people: int = 64


@dataclass
class Target:
    """A server with the people who use it, and what is asked of it."""

    kind: str
    server: Server
    shape: Shape
    cast: Cast = field(default_factory=lambda: Cast([]))
    suite: dict[str, Scenario] = field(default_factory=dict)

    def inside(
        self,
        *arguments: str,
        rounds: int,
    ) -> Any:
        """Run `bench.inside` in this server's Django and return what it tells."""
        settings = {
            "BCRYPT_ROUNDS": str(rounds),
            "BENCH_ROUNDS": str(self.shape.rounds),
        }
        what, *rest = arguments
        command = [sys.executable, "-m", "bench.inside", what, self.kind, *rest]
        told = run(command, self.server.environ | settings)
        return json.loads(told.splitlines()[-1])

    def populate(self) -> None:
        """Make its people, signed in. A hash of theirs costs what the shape says."""
        made = self.inside("seed", str(self.shape.people), rounds=4)
        clients = Clients(**made["clients"]) if made["clients"] else None
        self.cast = Cast([Person(*row) for row in made["people"]], clients)

    def learn_suite(
        self,
        *,
        only: str = "",
    ) -> None:
        """Fill `suite` with the paths that `only` names; the server must run."""
        tag = feed_tag(self.server.port) if self.kind == "ours" else ""
        self.suite = suites.of(self.kind, self.cast, tag, only=only)


def run(
    command: list[str],
    settings: dict[str, str],
) -> str:
    """Run a command of a server's project to its end; return its standard output."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PREPARE_SECONDS,
        check=False,
    )
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).splitlines()[-15:])
        raise CannotMeasure(f"{' '.join(command[1:4])} failed:\n{last}")
    return done.stdout


def feed_tag(port: int) -> str:
    """Return the revocation feed's validator as it stands."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/v1/tokens/revocations")
        tag = connection.getresponse().headers["ETag"]
    finally:
        connection.close()
    if not tag:
        raise CannotMeasure("the revocation feed has no ETag")
    return str(tag)


def gunicorn(
    application: str,
    shape: Shape,
    port: int,
) -> list[str]:
    """Return the command that serves `application` as config/gunicorn.py does."""
    shm = os.access("/dev/shm", os.W_OK)
    return [
        *[sys.executable, "-m", "gunicorn", application],
        *["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--preload"],
        *["--workers", str(shape.workers), "--threads", str(shape.threads)],
        *["--keep-alive", "75", "--no-control-socket", "--log-level", "warning"],
        *(["--worker-tmp-dir", "/dev/shm"] if shm else []),
    ]


def ours(
    shape: Shape,
    database: str,
) -> Target:
    """Return this service, migrated and populated; `database` empty is its SQLite."""
    var, port = shape.folder / "ours", free_port()
    settings = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ENV": "development",
        "VAR_DIR": str(var),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "ISSUER": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database or f"sqlite:///{var}/db.sqlite3",
        "REDIS_URL": "",
        "RATE_LIMITS": "off",
        "BCRYPT_ROUNDS": str(shape.rounds),
        "WEB_WORKERS": str(shape.workers),
        "WEB_THREADS": str(shape.threads),
        "ACCESS_TOKEN_SECONDS": "3600",  # a whole run; costs nothing
    }
    run([sys.executable, "-m", "config.start", "--prepare"], settings)
    server = Server(
        name="ours",
        command=[sys.executable, "-m", "config.start"],
        environ=settings,
        port=port,
        log=shape.folder / "ours.log",
        probe="/.well-known/jwks.json",
    )
    target = Target("ours", server, shape)
    target.populate()
    return target


def stock(
    shape: Shape,
    database: str,
) -> Target:
    """Return the stock simplejwt project, migrated and populated."""
    return _beside("stock", "stock simplejwt", shape, database)


def toolkit(
    shape: Shape,
    database: str,
) -> Target:
    """Return the stock django-oauth-toolkit project, migrated and populated."""
    return _beside("toolkit", "oauth-toolkit", shape, database)


def _beside(
    kind: str,
    name: str,
    shape: Shape,
    database: str,
) -> Target:
    port, (project, probe) = free_port(), PROJECTS[kind]
    settings = {
        "DJANGO_SETTINGS_MODULE": f"{project}.settings",
        "DATABASE_URL": database or f"sqlite:///{shape.folder}/{kind}.sqlite3",
        "BCRYPT_ROUNDS": str(shape.rounds),
    }
    run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], settings)
    server = Server(
        name=name,
        command=gunicorn(f"{project}.wsgi:application", shape, port),
        environ=settings,
        port=port,
        log=shape.folder / f"{kind}.log",
        probe=probe,
    )
    target = Target(kind, server, shape)
    target.populate()
    return target


def floor(
    kind: str,
    application: str,
) -> Callable[[Shape], Target]:
    """Return what makes a floor under the same gunicorn."""

    def make(shape: Shape) -> Target:
        port = free_port()
        server = Server(
            name=kind,
            command=gunicorn(application, shape, port),
            environ={},
            port=port,
            log=shape.folder / f"{kind.replace(' ', '-')}.log",
            probe="/floor",
        )
        made = Target(kind, server, shape, Cast([Person("")] * shape.people))
        made.suite = {"floor": scenarios.document("floor", server.probe)}
        return made

    return make


WSGI, VIEW, FULL_VIEW = "bare WSGI", "bare Django view", "Django, its middleware"
FLOORS = (
    floor(WSGI, "bench.floors:bare"),
    floor(VIEW, "bench.floors:django_application('minimal')"),
    floor(FULL_VIEW, "bench.floors:django_application('full')"),
)
