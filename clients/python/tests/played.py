"""The rules without I/O: an issuer in memory, and a clock that a test moves."""

import json
from collections.abc import Callable, Generator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from ntt_auth import Principal
from ntt_auth._http import Request, Response, Unreachable
from ntt_auth.jose.encoding import encode
from ntt_auth.verification.core import Core
from ntt_auth.verification.options import checked
from ntt_auth.verification.steps import Clock, Need
from servers import AUDIENCE, public_jwk, signed

ISSUER = "https://id.example.com"
JWKS = f"{ISSUER}/jwks"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
FEED = f"{ISSUER}/api/v1/tokens/revocations"
VERIFY = f"{ISSUER}/api/v1/tokens/verify"
NEVER = "2100-01-01T00:00:00Z"


def row(
    kind: str,
    identity: str,
    limit: int | None = None,
    end: str = NEVER,
) -> dict[str, Any]:
    """Return a row of the feed."""
    digest = sha256(f"{kind}:{identity}".encode()).digest()[:16]
    named = {"kind": kind, "subject": encode(digest)}
    return named | {"issued_before": limit, "expires_at": end}


def says(
    document: Any,
    status: int = 200,
    **headers: str,
) -> Callable[[Request], Response]:
    """Return what answers everything with this."""
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(status, own, json.dumps(document).encode())


def gone(_: Request) -> Response:
    """Be a server that is down."""
    raise Unreachable("ConnectError")


class Play:
    """A `Core` and all that it meets. Change `answers`, move the clock, look at `asked`."""

    def __init__(self, **options: Any) -> None:
        self.wall, self.steady = 1_800_000_000.0, 1000.0
        self.keys = {"k1": ec.generate_private_key(ec.SECP256R1())}
        self.rows: list[dict[str, Any]] = []
        self.feed_id = "feed"
        self.asked: list[Request] = []
        self.answers: dict[str, Callable[[Request], Response]] = {
            DISCOVERY: says({"issuer": ISSUER, "jwks_uri": JWKS}),
            JWKS: lambda _: says(self.jwks())(_),
            FEED: self._feed,
        }
        clock = Clock(lambda: self.wall, lambda: self.steady)
        self.core = Core(checked(ISSUER, AUDIENCE, clock=clock, **options))

    def jwks(self) -> dict[str, Any]:
        return {"keys": [public_jwk(key, kid) for kid, key in self.keys.items()]}

    def token(
        self,
        kid: str = "k1",
        **changes: Any,
    ) -> str:
        """Return a token that lives for two days, so that a test may take its time."""
        now = int(self.wall)
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "client_id": "shop"}
        more = {"jti": "j1", "sid": "s1", "tenant": "t1", "iat": now}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": kid}
        claims |= more | {"exp": now + 172_800} | changes
        return signed(header, claims, self.keys.get(kid) or self.keys["k1"])

    def passes(self, seconds: float) -> None:
        """Let time pass, with nobody following."""
        self.wall += seconds
        self.steady += seconds

    def follow(self, seconds: float) -> None:
        """Let time pass, and do what the background does."""
        end = self.steady + seconds
        while self.core.due_in <= end - self.steady:
            self.passes(self.core.due_in)
            for need, part in (
                (Need.KEYS, self.core.keys),
                (Need.FEED, self.core.feed),
            ):
                if part.due_in <= 0:  # type: ignore[attr-defined]
                    self.turn(need)
        self.passes(end - self.steady)

    def verify(self, token: str) -> Principal:
        found = self.core.at_once(token)
        return found if found is not None else self._drive(self.core.steps(token))

    def turn(self, need: Need) -> None:
        self._drive(self.core.turn(need))

    def count(self, url: str) -> int:
        return sum(1 for request in self.asked if request.url.split("?")[0] == url)

    def _drive(self, steps: Generator[Any, Any, Any]) -> Any:
        answer: Response | None = None
        fault: Unreachable | None = None
        while True:
            try:
                step = steps.throw(fault) if fault else steps.send(answer)
            except StopIteration as end:
                return end.value
            answer = fault = None
            if isinstance(step, Need):
                self.turn(step)
            elif isinstance(step, Request):
                self.asked.append(step)
                try:
                    answer = self.answers[step.url.split("?")[0]](step)
                except Unreachable as error:
                    fault = error

    def _feed(self, request: Request) -> Response:
        after = parse_qs(urlsplit(request.url).query).get(
            "after", [f"{self.feed_id}.0"]
        )
        feed, _, number = after[0].partition(".")
        if feed != self.feed_id:
            return says({"code": "cursor_gone"}, 410)(request)
        tag = f'W/"{feed}.{len(self.rows)}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(304, {"etag": tag})
        rows = self.rows[int(number) : int(number) + 1000]
        last = int(number) + len(rows)
        page = {"data": rows, "next_cursor": f"{feed}.{last}"}
        return says(page | {"has_more": last < len(self.rows)}, etag=tag)(request)
