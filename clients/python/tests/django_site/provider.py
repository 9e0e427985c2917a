"""An issuer on the loopback that signs people in, as a test would have it."""

import base64
import json
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ntt_auth.oidc.statements import LOGOUT_EVENT
from servers import AUDIENCE, Handler, Issuer, Server, signed

CLIENT_ID = "shop"
OF_BOTH = ("sub", "acr", "auth_time", "permissions")  # of both tokens


class Provider(Issuer):
    """An issuer with a token endpoint; `lives` in seconds, `changes` of the ID token."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.codes: dict[str, dict[str, Any]] = {}
        self.refreshes: list[str] = []
        self.sessions: dict[str, dict[str, Any]] = {}
        self.is_third_party = self.gives_no_refresh = False
        self.refuses = False
        self.secret = "s3cret"
        self.renewed: dict[str, Any] = {}
        self.lives = 300
        server.says("/.well-known/jwks.json", self.jwks())
        server.answers["/oauth/token"] = self._token

    def code(
        self,
        asked: dict[str, str],
        **claims: Any,
    ) -> str:
        code = uuid.uuid4().hex
        self.codes[code] = {
            "nonce": asked["nonce"],
            "asked": asked.get("resource", ""),
            **claims,
        }
        return code

    def gives_codes(self) -> None:
        """Answer `/test/code?nonce=&claims=` with a code: for a browser in another process."""

        def give(handler: Handler) -> tuple[int, dict[str, str], bytes]:
            asked = dict(parse_qsl(urlsplit(handler.path).query))
            code = self.code(asked, **json.loads(asked.pop("claims")))
            return 200, {}, json.dumps({"code": code}).encode()

        self.server.answers["/test/code"] = give

    def _token(self, handler: Handler) -> tuple[int, dict[str, str], bytes]:
        form = dict(parse_qsl(handler.body.decode()))
        pair = base64.b64encode(f"{CLIENT_ID}:{self.secret}".encode()).decode()
        if handler.headers["Authorization"] != f"Basic {pair}":
            return 401, {}, b'{"error": "invalid_client"}'
        if form["grant_type"] == "refresh_token":
            self.refreshes.append(form["refresh_token"])
            sid = form["refresh_token"].split(".")[0]
            if form.get("resource") and self.is_third_party:
                return 400, {}, b'{"error": "invalid_target"}'
            told = {"sid": sid, **self.sessions.get(sid, {}), **self.renewed}
            told["asked"] = form.get("resource") or told.get("asked")
            told = None if self.refuses else told
        else:
            told = self.codes.pop(form["code"], None)
        if told is None:
            return 400, {}, b'{"error": "invalid_grant"}'
        return self._pair(told)

    def _pair(self, told: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        now = int(time.time())
        sid = told.setdefault("sid", uuid.uuid4().hex)
        lives, asked = self.lives, told.pop("asked", "")
        own = {name: told[name] for name in OF_BOTH if name in told}
        if asked == f"{self.url}/oauth/userinfo":
            own |= {"aud": asked, "scope": "openid profile email"}
        kept = {name: value for name, value in told.items() if name != "nonce"}
        self.sessions.setdefault(sid, {**kept, "asked": asked})
        access = self.token(sid=sid, jti=uuid.uuid4().hex, exp=now + lives, **own)
        claims = {
            "iss": self.url, "sub": "ada", "aud": CLIENT_ID, "iat": now,
            "exp": now + 300, "acr": "aal1", "auth_time": now,
            "email": "ada@example.com", **told,
        }  # fmt: skip
        id_token = signed({"alg": "ES256", "kid": "k1"}, claims, self.keys["k1"])
        body = {
            "access_token": access, "token_type": "Bearer", "expires_in": lives,
            "id_token": id_token, "refresh_token": f"{sid}.{uuid.uuid4().hex}",
        }  # fmt: skip
        if self.gives_no_refresh:
            del body["refresh_token"]
        return 200, {}, json.dumps(body).encode()

    def hears_revocations(self) -> list[dict[str, str]]:
        heard: list[dict[str, str]] = []

        def hear(handler: Handler) -> tuple[int, dict[str, str], bytes]:
            heard.append(dict(parse_qsl(handler.body.decode())))
            return 200, {}, b""

        self.server.answers["/oauth/revoke"] = hear
        return heard

    def logout_token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 120,
            "jti": uuid.uuid4().hex, "sub": "ada", "events": {LOGOUT_EVENT: {}},
        } | changes  # fmt: skip
        header = {"alg": "ES256", "kid": "k1", "typ": "logout+jwt"}
        return signed(header, claims, self.keys["k1"])


def auth(provider: Provider) -> dict[str, Any]:
    return {
        "ISSUER": provider.url,
        "AUDIENCE": AUDIENCE,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": "s3cret",
    }
