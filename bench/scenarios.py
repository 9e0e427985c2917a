"""What is asked of a server: one `Scenario` a path, in the words of each server."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.load import Answer

PASSWORD = "a quiet river bends north 7319"
FORM = "application/x-www-form-urlencoded"
HASHING = 8  # connections for sign-ins: each holds a thread for a third of a second


@dataclass
class Person:
    """Somebody signed in, as the load plays them, and what they granted a client."""

    email: str
    access: str = ""
    refresh: str = ""
    granted_access: str = ""
    granted_refresh: str = ""


@dataclass(frozen=True)
class Clients:
    """The clients of a server, each by its `Authorization` header.

    `service` acts for itself, `web` holds what people granted. `hashed` is a service whose
    secret is stored as the toolkit stores it unless told not to.
    """

    service: str
    web: str
    hashed: str = ""


@dataclass
class Cast:
    """Everybody, their clients, and the access tokens that no worker has seen yet."""

    people: list[Person]
    clients: Clients | None = None
    unseen: deque[str] = field(default_factory=lambda: deque(maxlen=20_000))


@dataclass(frozen=True)
class Dialect:
    """How one server calls what all of them do."""

    login: str
    refresh: str
    verify: str
    me: str
    address: str
    access_member: str
    refresh_member: str
    good: bytes  # stands in the answer about a good token


OURS = Dialect(
    login="/api/v1/auth/login",
    refresh="/api/v1/tokens/refresh",
    verify="/api/v1/tokens/verify",
    me="/api/v1/users/me",
    address="email",
    access_member="access_token",
    refresh_member="refresh_token",
    good=b'"claims"',
)
STOCK = Dialect(
    login="/api/token/",
    refresh="/api/token/refresh/",
    verify="/api/token/verify/",
    me="/api/me/",
    address="username",
    access_member="access",
    refresh_member="refresh",
    good=b"",
)
DIALECTS = {"ours": OURS, "stock": STOCK}


@dataclass(frozen=True)
class Request:
    """A request, before it is put on the wire or into a WSGI environ."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] | None = None

    @property
    def content(self) -> tuple[str, bytes]:
        """The media type and the bytes of its body; both empty without one."""
        if self.form is not None:
            return FORM, urlencode(self.form).encode()
        if self.body is not None:
            return "application/json", json.dumps(self.body).encode()
        return "", b""

    def encoded(self) -> bytes:
        """Return it as HTTP/1.1."""
        kind, raw = self.content
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if kind:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(raw)}"]
        return "\r\n".join([*lines, "", ""]).encode() + raw


@dataclass(frozen=True)
class Scenario:
    """One path: what a person asks, which status is right, what they learn from it.

    `ask` returns None when nobody has anything left to ask.
    """

    name: str
    ask: Callable[[Person], Request | None]
    expect: int = 200
    holds: bytes = b""
    learn: Callable[[Person, Answer], None] | None = None
    connections: int = 64

    def accepts(
        self,
        person: Person,
        answer: Answer,
    ) -> bool:
        """Tell whether an answer is right, and let the person learn from it."""
        if answer.status != self.expect or self.holds not in answer.body:
            return False
        if self.learn is not None:
            self.learn(person, answer)
        return True


def login(dialect: Dialect) -> Scenario:
    """Sign in with a password."""

    def ask(person: Person) -> Request:
        body = {dialect.address: person.email, "password": PASSWORD}
        return Request("POST", dialect.login, body)

    holds = f'"{dialect.access_member}"'.encode()
    return Scenario("login", ask, holds=holds, connections=HASHING)


def refresh(
    dialect: Dialect,
    cast: Cast,
) -> Scenario:
    """Exchange the refresh token; each person goes on with the new one."""

    def ask(person: Person) -> Request:
        return Request(
            "POST", dialect.refresh, {dialect.refresh_member: person.refresh}
        )

    def learn(
        person: Person,
        answer: Answer,
    ) -> None:
        given = json.loads(answer.body)
        person.refresh = given[dialect.refresh_member]
        person.access = given[dialect.access_member]
        cast.unseen.append(person.access)

    return Scenario("refresh", ask, learn=learn)


def verify(dialect: Dialect) -> Scenario:
    """Ask whether an access token is good."""

    def ask(person: Person) -> Request:
        return Request("POST", dialect.verify, {"token": person.access})

    return Scenario("verify", ask, holds=dialect.good)


def verify_unseen(
    dialect: Dialect,
    cast: Cast,
) -> Scenario:
    """Ask about tokens that no worker has seen before."""

    def ask(person: Person) -> Request | None:
        if not cast.unseen:
            return None
        return Request("POST", dialect.verify, {"token": cast.unseen.popleft()})

    return Scenario("verify, first sight", ask, holds=dialect.good)


def bearer(dialect: Dialect) -> Scenario:
    """Read one's profile with the access token."""

    def ask(person: Person) -> Request:
        given = {"Authorization": f"Bearer {person.access}"}
        return Request("GET", dialect.me, headers=given)

    return Scenario("users/me (bearer)", ask)


def document(
    name: str,
    path: str,
    holds: bytes = b"",
) -> Scenario:
    """Read something public."""
    return Scenario(name, lambda person: Request("GET", path), holds=holds)


def unchanged_feed(tag: str) -> Scenario:
    """Poll the revocation feed that has not moved."""
    asked = Request("GET", "/api/v1/tokens/revocations", headers={"If-None-Match": tag})
    return Scenario("revocation feed 304", lambda person: asked, expect=304)


def suite(
    dialect: Dialect,
    cast: Cast,
    tag: str,
) -> list[Scenario]:
    """Return what people ask of a server; `tag` is the feed's, if any."""
    found = [login(dialect), refresh(dialect, cast), verify(dialect), bearer(dialect)]
    if dialect is OURS:
        found += [
            verify_unseen(dialect, cast),
            document("JWKS", "/.well-known/jwks.json", b'"keys"'),
            document("discovery", "/.well-known/openid-configuration", b'"issuer"'),
            unchanged_feed(tag),
        ]
    return found
