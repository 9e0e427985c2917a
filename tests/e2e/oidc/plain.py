"""A client in plain HTTP, which sends what no library would."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import requests

from tests.e2e.oidc.person import SECONDS, Person
from tests.e2e.oidc.service import Service

VERIFIER = "a-verifier-of-enough-length-0123456789-ABCDEFGH"
_DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
CHALLENGE = base64.urlsafe_b64encode(_DIGEST).rstrip(b"=").decode()


@dataclass(frozen=True)
class Plain:
    """A client of the cast, at `callback`."""

    service: Service
    name: str
    callback: str

    @property
    def client_id(self) -> str:
        """Its id."""
        found: str = self.service.cast[self.name]["client_id"]
        return found

    def url(self, **given: str | None) -> str:
        """Return an authorization request; None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.callback,
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        query = {k: v for k, v in {**usual, **given}.items() if v is not None}
        return self.service.url(f"/oauth/authorize?{urlencode(query)}")

    def answer(
        self,
        who: Person,
        **given: str | None,
    ) -> dict[str, str]:
        """Return what somebody brings back."""
        back = urlsplit(who.walk(self.url(**given)))
        assert f"{back.scheme}://{back.netloc}{back.path}" == self.callback
        return dict(parse_qsl(back.query))

    def exchange(
        self,
        issued: str,
        /,
        **given: str,
    ) -> requests.Response:
        """Send a code to the token endpoint."""
        form = {
            "grant_type": "authorization_code",
            "code": issued,
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
            **given,
        }
        return self.post("/oauth/token", **form)

    def post(
        self,
        path: str,
        **form: str,
    ) -> requests.Response:
        """Send a form, authenticated by its secret."""
        secret = self.service.cast[self.name]["client_secret"]
        return requests.post(
            self.service.url(path),
            data=form,
            auth=(self.client_id, secret),
            timeout=SECONDS,
        )

    def tokens(
        self,
        who: Person,
        **given: str | None,
    ) -> dict[str, Any]:
        """Return the tokens of somebody who signs in."""
        answer = self.answer(who, **given)
        assert "code" in answer, answer
        response = self.exchange(answer["code"])
        assert response.ok, response.text
        found: dict[str, Any] = response.json()
        return found

    def about(self, access_token: str) -> requests.Response:
        """Ask UserInfo."""
        return requests.get(
            self.service.url("/oauth/userinfo"),
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=SECONDS,
        )


def claims(id_token: str) -> dict[str, Any]:
    """Return what an ID token says, whoever signed it."""
    found: dict[str, Any] = jwt.decode(id_token, options={"verify_signature": False})
    return found


def kid(token: str) -> str:
    """Return which key signed a token."""
    return str(jwt.get_unverified_header(token)["kid"])
