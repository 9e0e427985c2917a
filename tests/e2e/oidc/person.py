"""Somebody before the hosted pages, by plain HTTP: reads a form, fills it, sends it."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests
from typing_extensions import override

MOST_STEPS = 12
SECONDS = 30


class Reader(HTMLParser):
    """Collects the forms of a page: action, and fields with what they hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.buttons: list[str] = []
        self.feed(page)

    @override
    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],
    ) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "")
        elif tag == "button":
            self.buttons.append(given.get("value", ""))


class Person:
    """A browser without script, and who sits there. `seen` are the titles of its pages."""

    def __init__(
        self,
        issuer: str,
        email: str,
        password: str,
    ) -> None:
        self.issuer, self.email, self.password = issuer, email, password
        self.http = requests.Session()
        self.http.headers["Accept"] = "text/html"
        self.seen: list[str] = []

    def walk(
        self,
        url: str,
        *,
        decision: str = "allow",
        **typed: str,
    ) -> str:
        """Go where a client sends them, and do what is asked on the way.

        Returns the address outside the service to which they are sent in the end.
        """
        end = self.go(url, decision=decision, **typed)
        assert end.is_redirect, f"{end.status_code} {end.url}\n{end.text}"
        return end.headers["Location"]

    def go(
        self,
        url: str,
        *,
        decision: str = "allow",
        **typed: str,
    ) -> requests.Response:
        """Do what is asked; return what leads away, or a page where nothing is to do."""
        answer = self.open(url)
        for _ in range(MOST_STEPS):
            if answer.is_redirect:
                onward = urljoin(answer.url, answer.headers["Location"])
                if not onward.startswith(f"{self.issuer}/"):
                    return answer
                answer = self.open(onward)
                continue
            sent = self._send(answer, decision, typed) if answer.ok else None
            if sent is None:
                return answer
            answer = sent
        raise AssertionError(f"no end after {self.seen}")

    def open(self, url: str) -> requests.Response:
        """Return what is at an address; a redirect is not followed."""
        return self.http.get(url, allow_redirects=False, timeout=SECONDS)

    def press(
        self,
        page: requests.Response,
        which: int = 0,
        /,
        **typed: str,
    ) -> requests.Response:
        """Send a form of a page, the first unless another is meant, with what was typed."""
        action, fields = Reader(page.text).forms[which]
        return self.http.post(
            urljoin(page.url, action),
            data={**fields, **typed},
            headers={"Referer": page.url},
            allow_redirects=False,
            timeout=SECONDS,
        )

    def _send(
        self,
        page: requests.Response,
        decision: str,
        typed: dict[str, str],
    ) -> requests.Response | None:
        """Fill and send the form of a page; None where there is none for them."""
        read = Reader(page.text)
        fields = read.forms[0][1] if read.forms else {}
        if "password" in fields:
            self.seen.append("sign-in")
            known = {"email": self.email, "password": self.password}
            given = {name: known[name] for name in known if name in fields}
            return self.press(page, **given)
        if decision in read.buttons:
            self.seen.append("decision")
            return self.press(page, decision=decision)
        asked = {name: value for name, value in typed.items() if name in fields}
        if not asked:
            return None
        self.seen.append("typed")
        return self.press(page, **asked)
