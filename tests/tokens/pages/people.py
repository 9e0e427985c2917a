"""A browser as people use it: it opens pages, and sends their forms with their token."""

import json
import re
from typing import Any

from django.test import Client

from tests.factories import PASSWORD

LOGIN, MFA = "/account/login/", "/account/2fa/authenticate/"
HOME = "/account/"


class Browser:
    """One person's browser; CSRF is checked."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    @property
    def cookie(self) -> str:
        """Return the value of the session's cookie."""
        held = self.client.cookies.get("ntt-session")
        return held.value if held else ""

    def holding(self, cookie: str) -> "Browser":
        """Return another browser, which was given a copy of a cookie."""
        other = Browser()
        other.client.cookies["ntt-session"] = cookie
        return other

    def get(
        self,
        path: str,
        **query: str,
    ) -> Any:
        """Open a page."""
        return self.client.get(path, query)

    def post(
        self,
        path: str,
        /,
        **form: str,
    ) -> Any:
        """Send a form, with the token that any page gave."""
        if "ntt-csrf" not in self.client.cookies:
            self.get(LOGIN)
            self.get("/account/password/reset/")
        token = self.client.cookies["ntt-csrf"].value
        return self.client.post(path, {"csrfmiddlewaretoken": token, **form})

    def log_in(
        self,
        email: str = "ann@example.com",
        password: str = PASSWORD,
        path: str = LOGIN,
    ) -> Any:
        """Send address and password."""
        return self.post(path, email=email, password=password)

    def is_in(self) -> bool:
        """Tell whether somebody is signed in."""
        return bool(self.get(LOGIN).status_code == 302)

    def show(
        self,
        path: str,
        credential: Any,
    ) -> Any:
        """Send what a passkey answered."""
        return self.post(path, credential=json.dumps(credential))


def went(answer: Any) -> str:
    """Return where a redirect leads; the page's text where it is none."""
    if answer.status_code != 302:
        return f"{answer.status_code} {text(answer)}"
    return str(answer["Location"])


def text(answer: Any) -> str:
    """Return a page's HTML."""
    return str(answer.content.decode())


def options(answer: Any) -> dict[str, Any]:
    """Return what a page asks a passkey for."""
    found = re.search(r'<script type="application/json">(.*?)</script>', text(answer))
    assert found, text(answer)
    given: dict[str, Any] = json.loads(found[1])
    return given
