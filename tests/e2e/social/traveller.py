"""Somebody who goes by the pages of several sites, with one cookie jar and no script."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests
from typing_extensions import override

from tests.e2e.oidc.person import Person, Reader

MOST_STEPS = 30


class Traveller(Person):
    """A person who signs in by a provider.

    `by` is the connection whose button they press, once each time they go, `login` who they are at `oidc-provider`,
    `keys` address and password by issuer. `code` tells the one that a page asks for. `trail`
    is every address that they opened, `pages` every text that they were shown here.
    """

    def __init__(
        self,
        issuer: str,
        sites: tuple[str, ...],
        *,
        by: str = "",
        login: str = "",
        keys: dict[str, dict[str, str]] | None = None,
    ) -> None:
        super().__init__(issuer, "", "")
        self.sites, self.by, self.login = (issuer, *sites), by, login
        self.keys = keys or {}
        self.code: Callable[[], str] | None = None
        self.pressed = False
        self.trail: list[str] = []
        self.pages: list[str] = []

    @override
    def go(
        self,
        url: str,
        *,
        decision: str = "allow",
        until: str = "",
        **typed: str,
    ) -> requests.Response:
        """Do what is asked, at any of the sites; stop before an address `until`."""
        self.pressed = False
        answer = self.open(url)
        for _ in range(MOST_STEPS):
            onward = onward_of(answer)
            if onward:
                stops = until and onward.startswith(until)
                if stops or _origin(onward) not in self.sites:
                    return answer
                answer = self.open(onward)
                continue
            sent = self._send(answer, decision, typed) if answer.ok else None
            if sent is None:
                return answer
            answer = sent
        raise AssertionError(f"no end after {self.seen}")

    @override
    def open(self, url: str) -> requests.Response:
        self.trail.append(url)
        answer = super().open(url)
        if _origin(url) == self.issuer:
            self.pages.append(answer.text)
        return answer

    @override
    def _send(
        self,
        page: requests.Response,
        decision: str,
        typed: dict[str, str],
    ) -> requests.Response | None:
        forms = Reader(page.text).forms
        actions = [urlsplit(action).path for action, _ in forms]
        button = f"/account/social/{self.by}/"
        if button in actions and not self.pressed:
            self.pressed = True
            self.seen.append("button")
            return self.press(page, actions.index(button))
        known = self.keys.get(_origin(page.url), {})
        answers = {**typed, "login": self.login, **known}
        for which, (_, fields) in enumerate(forms):
            if "code" in fields and self.code:
                return self._said("code", page, which, code=self.code())
            given = {name: answers[name] for name in answers if name in fields}
            if "password" in given:
                return self._said("sign-in", page, which, **given)
            if "login" in given:
                return self._said("provider", page, which, **given)
            if typed.keys() & given.keys() and "password" not in fields:
                return self._said("typed", page, which, **given)
        if decision in Reader(page.text).buttons:
            return self._said("decision", page, 0, decision=decision)
        return None

    def _said(
        self,
        what: str,
        page: requests.Response,
        which: int,
        **fields: str,
    ) -> requests.Response:
        self.seen.append(what)
        return self.press(page, which, **fields)


def onward_of(answer: requests.Response) -> str:
    """Return where an answer sends a browser, by redirect or by `Refresh`; "" for nowhere."""
    if answer.is_redirect:
        return urljoin(answer.url, answer.headers["Location"])
    _, found, url = answer.headers.get("Refresh", "").partition("; url=")
    return url if found else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
