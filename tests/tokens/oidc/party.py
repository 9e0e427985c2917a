"""A relying party of the tests: what a standard client sends, and what it gets."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from django.test import Client

from accounts.models import User
from tenants.models import Application
from tests.factories import ApiFactory, ApplicationFactory
from tests.tokens.pages.browsers import Browser, session_at

CALLBACK = "https://app.example.com/callback"
VERIFIER = "a-verifier-of-enough-length-0123456789-ABCDEFGH"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode()
)
GRANTS = ["authorization_code", "refresh_token"]


def client_application(**traits: Any) -> Application:
    """Return a public application that signs people in by the code flow."""
    traits.setdefault("redirect_uris", [CALLBACK])
    traits.setdefault("grants", GRANTS)
    made: Application = ApplicationFactory(**traits)
    return made


def orders_application(**traits: Any) -> Application:
    """Return one with an API of its tenant, for which it may read and write orders."""
    application = client_application(
        scopes=["orders:read", "orders:write"], **{"is_first_party": True, **traits}
    )
    api = ApiFactory(tenant=application.tenant)
    application.apis.add(api)
    return application


@dataclass
class Party:
    """A client of `application`; `secret` where it has one."""

    application: Application
    secret: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def request(self, **given: Any) -> dict[str, str]:
        """Return the parameters of an authorization request; None leaves one out."""
        usual = {
            "client_id": self.application.client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {k: v for k, v in {**usual, **given}.items() if v is not None}

    def authorize(
        self,
        browser: Client,
        **given: Any,
    ) -> Any:
        """Send a browser to `/oauth/authorize`; return our answer."""
        return browser.get(f"/oauth/authorize?{urlencode(self.request(**given))}")

    def code_for(
        self,
        browser: Client,
        **given: Any,
    ) -> str:
        """Return the code that somebody signed in brings back."""
        answer = answer_of(self.authorize(browser, **given))
        assert "code" in answer, answer
        return answer["code"]

    def post(
        self,
        path: str = "token",
        **given: Any,
    ) -> Any:
        """POST a form, authenticated as the client is."""
        form = {k: v for k, v in given.items() if v is not None}
        form.setdefault("client_id", self.application.client_id)
        if self.secret:
            form.setdefault("client_secret", self.secret)
        return Client().post(
            f"/oauth/{path}",
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
        )

    def exchange(
        self,
        code_given: str,
        /,
        **given: Any,
    ) -> Any:
        """Exchange a code; return the response."""
        usual = {
            "grant_type": "authorization_code",
            "code": code_given,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return self.post(**{**usual, **given})

    def tokens(
        self,
        browser: Client,
        **given: Any,
    ) -> dict[str, Any]:
        """Return the token response of somebody signed in."""
        response = self.exchange(self.code_for(browser, **given))
        assert response.status_code == 200, response.content
        body: dict[str, Any] = response.json()
        return body

    def refresh(
        self,
        token: str,
        **given: Any,
    ) -> Any:
        """Refresh; return the response."""
        return self.post(grant_type="refresh_token", refresh_token=token, **given)


def browser_of(
    user: User,
    **login: Any,
) -> Client:
    """Return a browser in which somebody is signed in."""
    return Browser(session_at(user, **login)).client


def answer_of(response: Any) -> dict[str, str]:
    """Return what an authorization response tells its client."""
    assert response.status_code == 302, response.content
    return dict(parse_qsl(urlsplit(response["Location"]).query))


def unread(token: str) -> dict[str, Any]:
    """Return the claims of a token, whoever signed it."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def fresh_verifier() -> str:
    """Return a verifier that nobody used."""
    return secrets.token_urlsafe(48)
