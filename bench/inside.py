"""Runs inside one server's Django, in a process of its own, without HTTP.

`python -m bench.inside seed|queries|profile ...`, started by the bench with the server's
environment; the result is one JSON document on standard output.
"""

import cProfile
import hashlib
import importlib
import io
import json
import os
import pstats
import sys
from collections.abc import Callable
from typing import Any

from bench import scenarios
from bench.load import Answer
from bench.scenarios import Cast, Dialect, Person, Request, Scenario

REFRAINED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
Application = Callable[..., Any]


def call(
    application: Application,
    request: Request,
) -> Answer:
    """Pass a request through a WSGI application, as gunicorn would."""
    raw = b"" if request.body is None else json.dumps(request.body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
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


def seed(
    application: Application,
    dialect: Dialect,
    count: int,
) -> list[list[str]]:
    """Make people and sign them in, cheaply; then give all the real cost of a hash."""
    from django.contrib.auth import get_user_model

    emails = [f"person-{number}@bench.example" for number in range(count)]
    if dialect is scenarios.OURS:
        _make_ours(emails)
    else:
        stocks: Any = get_user_model().objects
        for email in emails:
            stocks.create_user(email, email, scenarios.PASSWORD)
    people = [signed_in(application, dialect, email) for email in emails]
    stored = _hashed(int(os.environ["BENCH_ROUNDS"]))
    get_user_model().objects.update(password=stored)
    return [[p.email, p.access, p.refresh] for p in people]


def _make_ours(emails: list[str]) -> None:
    from accounts.services import create_user
    from accounts.services.users import NewUser

    for email in emails:
        new = NewUser(email=email, password=scenarios.PASSWORD, verified=True)
        create_user(new, acting_user=None)


def _hashed(rounds: int) -> str:
    import bcrypt

    digest = hashlib.sha256(scenarios.PASSWORD.encode()).hexdigest().encode()
    return f"bcrypt_sha256${bcrypt.hashpw(digest, bcrypt.gensalt(rounds)).decode()}"


def _suite(
    application: Application,
    dialect: Dialect,
) -> tuple[Person, list[Scenario]]:
    person = signed_in(application, dialect, "person-0@bench.example")
    tag = ""
    if dialect is scenarios.OURS:
        answer = call(application, Request("GET", "/api/v1/tokens/revocations"))
        tag = tag_of(answer)
    return person, scenarios.suite(dialect, Cast([person]), tag)


def tag_of(answer: Answer) -> str:
    """Return the ETag of an answer."""
    for line in answer.head.decode().split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "etag":
            return value.strip()
    raise SystemExit("the revocation feed has no ETag")


def queries(
    application: Application,
    dialect: Dialect,
) -> dict[str, int]:
    """Return how many statements each path sends, transactions' own not counted."""
    from django.db import connection

    person, suite = _suite(application, dialect)
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
    for scenario in suite:
        for _ in range(2):
            _right(application, scenario, person)
            with connection.execute_wrapper(note):
                seen.clear()
                if _right(application, scenario, person):
                    counts[scenario.name] = len(seen)
    return counts


def profile(
    application: Application,
    dialect: Dialect,
    name: str,
    count: int,
) -> str:
    """Return where the time of `count` calls of one path goes (its name's beginning)."""
    person, suite = _suite(application, dialect)
    scenario = next(s for s in suite if s.name.lower().startswith(name.lower()))
    for _ in range(20):
        _right(application, scenario, person)
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(count):
        _right(application, scenario, person)
    profiler.disable()
    text = io.StringIO()
    stats = pstats.Stats(profiler, stream=text)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats(70)
    return text.getvalue()


def main(arguments: list[str]) -> None:
    """Do one thing in the Django that the environment names."""
    what, kind, *rest = arguments
    ours = kind == "ours"
    dialect = scenarios.OURS if ours else scenarios.STOCK
    module = importlib.import_module("config.wsgi" if ours else "bench.stock.wsgi")
    application: Application = module.application
    result: Any
    if what == "seed":
        result = seed(application, dialect, int(rest[0]))
    elif what == "queries":
        result = queries(application, dialect)
    else:
        result = profile(application, dialect, rest[0], int(rest[1]))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
