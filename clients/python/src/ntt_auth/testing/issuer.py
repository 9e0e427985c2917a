"""`Issuer`: what the server answers to verifiers, in memory."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypedDict

from ntt_auth import _http
from ntt_auth._http import Request, Response, Unreachable
from ntt_auth.errors import TokenInvalid
from ntt_auth.jose import keys as public_keys
from ntt_auth.jose.compact import take_apart
from ntt_auth.jose.encoding import read_object
from ntt_auth.testing import application, discovery, granting, scripts
from ntt_auth.testing.answers import answer, problem
from ntt_auth.testing.feed import CursorGone, CursorMalformed, Feed
from ntt_auth.testing.keys import SigningKey, generate
from ntt_auth.testing.scripts import Asked, Give, Script
from ntt_auth.testing.tokens import Token, Tokens
from ntt_auth.verification import rehearsal

if TYPE_CHECKING:
    from typing_extensions import Unpack

_SKEW_SECONDS = 1  # what the server grants past `exp`


class Subjects(TypedDict, total=False):
    """What a revocation may name: the claims `sid`, `jti`, `sub`, ...

    `membership` is the `tenant`, a colon and the `sub`; `key` a `kid`.
    """

    session: str
    token: str
    user: str
    membership: str
    application: str
    tenant: str
    key: str


class Issuer:
    """An issuer in memory: discovery, keys, tokens of services, the revocation feed.

    It plays `tokens/verify` and `tokens/revoke` too; what a client asks of the rest of
    the REST API is answered by `script`. `url` and `audience` None are those of the application under test, as its verifiers
    have them when they are needed. `algorithm` None is one that they take.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        audience: str | None = None,
        algorithm: str | None = None,
    ) -> None:
        self._url, self._audience, self._algorithm = url, audience, algorithm
        self._keys: list[SigningKey] = []
        self._down: list[str] = []
        self._scripts: dict[tuple[str, str], Script] = {}
        self._lock = threading.RLock()
        self.feed = Feed()
        self.tokens = Tokens(self)

    @property
    def url(self) -> str:
        """The issuer; raises `ConfigurationError` where it cannot be told."""
        return self._url or application.only_issuer()

    @property
    def audience(self) -> str:
        """The audience of good tokens; raises `ConfigurationError`."""
        return self._audience or application.only_audience(self.url)

    def now(self) -> float:
        """Return the time (Unix seconds) as the application's verifiers have it."""
        return application.now(self._issuers())

    @property
    def signer(self) -> SigningKey:
        """The key that signs now."""
        with self._lock:
            if not self._keys:
                self._keys.append(self.new_key())
            return self._keys[-1]

    def new_key(self) -> SigningKey:
        """Return a fresh key that is none of the issuer's."""
        return generate(self._algorithm or application.algorithm())

    @contextmanager
    def installed(self) -> "Iterator[Issuer]":
        """Answer everything that this package sends, in all threads.

        Verifiers begin anew, follow nothing in the background, and hold every token
        against the feed as it is then; afterwards they have forgotten it all.
        """
        with ExitStack() as stack:
            stack.callback(application.forget)
            stack.enter_context(_http.override(self.answer))
            stack.enter_context(rehearsal.begun())
            application.forget()
            yield self

    def revoke(
        self,
        *tokens: Token,
        **subjects: "Unpack[Subjects]",
    ) -> None:
        """Refuse tokens, or all of a session, user, membership, application, tenant, key.

        `issuer.revoke(user="ada")`. Applications see it with their next request. Tokens
        that are minted of the same afterwards are refused as well, unless they say
        `after_revocation=True` (a session, token or key is refused for good).
        """
        for token in tokens:
            self.refuse("token", token.claims["jti"])
        for kind, identity in subjects.items():
            self.refuse(kind, str(identity))

    def refuse(
        self,
        kind: str,
        identity: str,
    ) -> None:
        """Write a row of the feed; a key is withdrawn as well."""
        with self._lock:
            self.feed.add(kind, identity, now=self.now())
            if kind == "key":
                if identity == self.signer.kid:
                    self.rotate_keys()
                self._keys = [key for key in self._keys if key.kid != identity]

    def rotate_keys(self, *, revoke: bool = False) -> None:
        """Sign with a new key from now on.

        The one before stays published, as the server keeps it; with `revoke` it is
        withdrawn, and what it signed is refused.
        """
        with self._lock:
            before = self.signer
            self._keys.append(self.new_key())
            application.look_for_keys()
            if revoke:
                self.refuse("key", before.kid)

    def restart_feed(self) -> None:
        """Let every cursor be gone (410), as after a restored database."""
        with self._lock:
            self.feed.restart()

    def key_server_down(self) -> ExitStack:
        """Answer nothing to who asks for keys, and let verifiers have none.

        A verifier keeps keys for a day: this is a process that starts in the outage. It
        lasts to the end of the test, or of a `with` block around the call.
        """
        return self._outage("keys")

    def server_down(self) -> ExitStack:
        """Answer nothing at all. Verifiers keep what they have; see `key_server_down`."""
        return self._outage("all")

    def _outage(self, what: str) -> ExitStack:
        def over() -> None:
            self._down.remove(what)
            application.forget()

        self._down.append(what)
        if what == "keys":
            application.forget()
        stack = ExitStack()
        stack.callback(over)
        return stack

    def script(
        self,
        method: str,
        path: str,
        document: "Give | Any" = None,
        *,
        status: int = 200,
        code: str = "",
    ) -> list[Asked]:
        """Let an operation answer so from now on; return what it is asked, as it comes.

            asked = issuer.script("POST", "/api/v1/users", {"id": "u1"}, status=201)
            issuer.script("GET", "/api/v1/users/u2", status=404, code="not_found")

        `path` is below the issuer and without a query. `document` is the JSON of the
        answer, or a function from an `Asked` to it, which may call `revoke` as well.
        With `code` the answer is the problem document of a refusal.
        """
        made = self._scripts[method, path] = Script(document, status, code)
        return made.asked

    def answer(self, request: Request) -> Response:
        """Answer one request as the server does; raises `Unreachable` in an outage."""
        issuer = self._place(request.url)
        asked = scripts.asked_of(request, issuer)
        if "all" in self._down:
            raise Unreachable("the test kit's server is down")
        if asked.path.startswith("/.well-known/") and "keys" in self._down:
            raise Unreachable("the test kit's key server is down")
        script = self._scripts.get((asked.method, asked.path))
        if script is not None:
            return script.answer(asked)
        with self._lock:
            match asked.method, asked.path:
                case "GET", "/.well-known/jwks.json":
                    self.signer  # noqa: B018 - there is one by now
                    return answer({"keys": [key.jwk for key in self._keys]})
                case "GET", "/.well-known/openid-configuration":
                    return answer(discovery.document(issuer))
                case "GET", "/api/v1/tokens/revocations":
                    return self._revocations(asked)
                case "POST", "/api/v1/tokens/verify":
                    return self._verify(asked.body)
                case "POST", "/api/v1/tokens/revoke":
                    return self._revoke(asked.body)
                case "POST", "/oauth/token":
                    return granting.granted(request, issuer, self.tokens)
        if scripts.may_be_told(asked.path):
            return scripts.unscripted(asked)
        return problem(404, "not_found")

    def _place(self, url: str) -> str:
        """Return the issuer that is asked; raises `Unreachable`."""
        for issuer in self._issuers():
            if url.startswith(f"{issuer.rstrip('/')}/"):
                return issuer
        raise Unreachable("the test kit plays another issuer")

    def _revocations(self, asked: Asked) -> Response:
        cursor = asked.query.get("after")
        try:
            after = self.feed.position(cursor)
        except CursorMalformed:
            return problem(400, "invalid_cursor")
        except CursorGone:
            return problem(410, "cursor_gone")
        tag = self.feed.tag
        headers = {"etag": tag, "cache-control": "no-cache"}
        # who is in the middle of the pages has not read what the tag stands for
        paging = cursor is not None and after < self.feed.number
        if tag in asked.headers.get("if-none-match", "") and not paging:
            return Response(304, headers)
        return answer(self.feed.page(after, now=self.now()), headers)

    def _verify(self, body: bytes) -> Response:
        try:
            asked = read_object(body)
        except ValueError:
            return problem(400, "malformed_request")
        token, audience = asked.get("token"), asked.get("audience")
        strange = asked.keys() - {"token", "audience"}
        if strange or not isinstance(token, str) or not isinstance(audience or "", str):
            return problem(400, "invalid_input")
        claims = self._claims(token)
        if claims is None or audience not in (None, claims["aud"]):
            return answer({"active": False})
        return answer({"active": True, "claims": claims})

    def _revoke(self, body: bytes) -> Response:
        """End an access token; who sends another is told nothing (RFC 7009 2.2)."""
        try:
            asked = read_object(body)
        except ValueError:
            return problem(400, "malformed_request")
        token = asked.get("token")
        if asked.keys() != {"token"} or not isinstance(token, str):
            return problem(400, "invalid_input")
        claims = self._claims(token)
        if claims is not None:
            self.refuse("token", claims["jti"])
        return answer(None, {}, 204)

    def _claims(self, token: str) -> dict[str, Any] | None:
        """Return what a genuine token says that is neither over nor revoked."""
        try:
            parts = take_apart(token)
        except TokenInvalid:
            return None
        ours = public_keys.read_set({"keys": [key.jwk for key in self._keys]})
        key = ours.get(parts.header.kid)
        if key is None or not key.verifies(parts.signature, parts.signed):
            return None
        claims = read_object(parts.payload)
        if claims["iss"] not in self._issuers():
            return None
        if claims["exp"] + _SKEW_SECONDS <= self.now():
            return None
        refused = self.feed.limit(claims, key.kid) >= claims["iat"]
        return None if refused else claims

    def _issuers(self) -> set[str]:
        return {self._url} if self._url else application.issuers()
