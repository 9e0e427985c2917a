"""Runs inside one server's Django, in a process of its own, without HTTP.

`python -m bench.inside seed|queries|profile ...`, started by the bench with the server's
environment; the result is one JSON document on standard output.
"""

import cProfile
import importlib
import io
import json
import pstats
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import grants, scenarios, seeds, suites
from bench.load import Answer
from bench.scenarios import Cast, Clients, Dialect, Person, Request, Scenario

REFRAINED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
Application = Callable[..., Any]


def call(
    application: Application,
    request: Request,
) -> Answer:
    """Pass a request through a WSGI application, as gunicorn would."""
    kind, raw = request.content
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }
    for name, value in request.headers.items():
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    told: list[Any] = []
    response = application(environ, lambda *given: told.extend(given[:2]))
    try:
        body = b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()
    head = "\r\n".join(f"{name}: {value}" for name, value in told[1])
    return Answer(int(told[0][:3]), body, 0.0, head.encode())


def _right(
    application: Application,
    scenario: Scenario,
    person: Person,
) -> bool:
    asked = scenario.ask(person)
    if asked is None:
        return False
    answer = call(application, asked)
    if not scenario.accepts(person, answer):
        said = answer.body[:300].decode(errors="replace")
        raise SystemExit(f"{scenario.name}: {answer.status} {said}")
    return True


def signed_in(
    application: Application,
    dialect: Dialect,
    email: str,
) -> Person:
    """Sign somebody in and return them with their tokens."""
    person = Person(email, "", "")
    answer = call(application, _asked(scenarios.login(dialect), person))
    if answer.status != 200:
        said = answer.body[:300].decode(errors="replace")
        raise SystemExit(f"login: {answer.status} {said}")
    given = json.loads(answer.body)
    person.access = given[dialect.access_member]
    person.refresh = given[dialect.refresh_member]
    return person


def _asked(
    scenario: Scenario,
    person: Person,
) -> Request:
    asked = scenario.ask(person)
    assert asked is not None
    return asked


@dataclass(frozen=True)
class Inside:
    """One server, without HTTP."""

    kind: str
    application: Application

    @property
    def dialect(self) -> Dialect | None:
        """How it calls what people do there, if they can."""
        return scenarios.DIALECTS.get(self.kind)

    def make_people(
        self,
        emails: list[str],
    ) -> None:
        """Make people."""
        ours = self.kind == "ours"
        (seeds.make_people if ours else seeds.make_stock_people)(emails)

    def person(
        self,
        email: str,
    ) -> Person:
        """Return somebody, signed in where people can."""
        if self.dialect is None:
            return Person(email)
        return signed_in(self.application, self.dialect, email)

    def grant(
        self,
        people: list[Person],
    ) -> dict[str, str]:
        """Let each grant a client its access; return the clients, if the server has any."""
        if self.kind not in grants.ENDPOINTS:
            return {}
        ours, emails = self.kind == "ours", [p.email for p in people]
        clients = seeds.our_clients() if ours else seeds.toolkit_clients()
        give = seeds.our_grants if ours else seeds.toolkit_grants
        for person, (access, refresh) in zip(
            people, give(emails, clients.web), strict=True
        ):
            person.granted_access, person.granted_refresh = access, refresh
        return vars(clients)

    def suite(self) -> tuple[Person, dict[str, Scenario]]:
        """Return somebody, and everything that they and their clients can ask."""
        person, tag = self.person("person-0@bench.example"), ""
        clients = self.grant([person])
        if self.kind == "ours":
            feed = Request("GET", "/api/v1/tokens/revocations")
            tag = tag_of(call(self.application, feed))
        cast = Cast([person], Clients(**clients) if clients else None)
        return person, suites.of(self.kind, cast, tag)


def seed(
    server: Inside,
    count: int,
) -> dict[str, Any]:
    """Make people and sign them in, cheaply; then give all the real cost of a hash."""
    emails = [f"person-{number}@bench.example" for number in range(count)]
    server.make_people(emails)
    people = [server.person(email) for email in emails]
    clients = server.grant(people)
    seeds.harden()
    return {"people": [list(vars(p).values()) for p in people], "clients": clients}


def tag_of(answer: Answer) -> str:
    """Return the ETag of an answer."""
    for line in answer.head.decode().split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "etag":
            return value.strip()
    raise SystemExit("the revocation feed has no ETag")


def queries(server: Inside) -> dict[str, int]:
    """Return how many statements each path sends, transactions' own not counted."""
    from django.db import connection

    person, suite = server.suite()
    seen: list[str] = []

    def note(
        execute: Callable[..., Any],
        sql: str,
        *given: Any,
    ) -> Any:
        if not sql.startswith(REFRAINED):
            seen.append(sql)
        return execute(sql, *given)

    counts = {}
    for name, scenario in suite.items():
        for _ in range(2):
            _right(server.application, scenario, person)
            with connection.execute_wrapper(note):
                seen.clear()
                if _right(server.application, scenario, person):
                    counts[name] = len(seen)
    return counts


def profile(
    server: Inside,
    name: str,
    count: int,
) -> str:
    """Return where the time of `count` calls of one path goes (its name's beginning)."""
    person, suite = server.suite()
    scenario = next(s for n, s in suite.items() if n.lower().startswith(name.lower()))
    for _ in range(20):
        _right(server.application, scenario, person)
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(count):
        _right(server.application, scenario, person)
    profiler.disable()
    text = io.StringIO()
    stats = pstats.Stats(profiler, stream=text)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats(70)
    return text.getvalue()


WSGI = {
    "ours": "config.wsgi",
    "stock": "bench.stock.wsgi",
    "toolkit": "bench.stock.toolkit.wsgi",
}


def main(arguments: list[str]) -> None:
    """Do one thing in the Django that the environment names."""
    what, kind, *rest = arguments
    server = Inside(kind, importlib.import_module(WSGI[kind]).application)
    result: Any
    if what == "seed":
        result = seed(server, int(rest[0]))
    elif what == "queries":
        result = queries(server)
    else:
        result = profile(server, rest[0], int(rest[1]))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
