"""The API's reference: the document and a page, from local assets under the strict policy."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from typing_extensions import override

REMOTE = re.compile(rb"url\(\s*['\"]?(?:https?:)?//|@import", re.IGNORECASE)


class Page(HTMLParser):
    """What a page loads, and what it would run or style inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.inside = ""
        self.feed(text)

    @override
    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],
    ) -> None:
        given = dict(attrs)
        self.loaded += [str(given[name]) for name in ("src", "href") if name in given]
        self.inline += [name for name in given if name.startswith(("on", "style"))]
        inside = tag == "style" or (tag == "script" and "src" not in given)
        self.inside = tag if inside else ""

    @override
    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.inline.append(f"{self.inside}: {data}")

    @override
    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


@pytest.fixture
def page(client: Client) -> Page:
    """The reference as a browser gets it."""
    return Page(client.get("/api/docs").content.decode())


def test_anybody_reads_the_document(client: Client) -> None:
    answer = client.get("/api/schema")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert "/api/v1/auth/login" in json.loads(answer.content)["paths"]


def test_the_document_is_the_same_whoever_asks_and_by_whatever_name(
    client: Client,
    settings: Any,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    plain = client.get("/api/schema").content
    other = client.get("/api/schema", headers={"host": "evil.example"}).content
    assert plain == other and b"evil.example" not in other


def test_the_page_is_html_that_names_the_document(client: Client) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert 'data-schema="/api/schema"' in answer.content.decode()


def test_the_policy_lets_the_page_load_its_own_and_nothing_else(client: Client) -> None:
    policy = client.get("/api/docs")["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "font-src"):
        assert rules[kind] == "'self'"
    assert "unsafe" not in policy and "http" not in policy


def test_nothing_stands_inline_that_the_policy_would_stop(page: Page) -> None:
    assert page.inline == []


def test_whatever_it_loads_is_ours_and_is_there(page: Page) -> None:
    assets = [path for path in page.loaded if path != "/api/schema"]
    assert len(assets) >= 5
    for path in assets:
        assert path.startswith("/static/")
        assert finders.find(path.removeprefix("/static/")), path


def test_no_style_of_it_reaches_for_another_site(page: Page) -> None:
    for path in page.loaded:
        if path.endswith(".css"):
            found = finders.find(path.removeprefix("/static/"))
            assert isinstance(found, str)
            assert not REMOTE.search(Path(found).read_bytes()), path


def test_the_page_asks_no_validator_elsewhere() -> None:
    found = finders.find("reference/reference.js")
    assert isinstance(found, str)
    script = Path(found).read_text()
    assert "validatorUrl: null" in script
    assert "http" not in script and "eval" not in script


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
def test_both_are_only_read(
    client: Client,
    path: str,
) -> None:
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.cookies == {}


def test_the_page_judge_finds_what_is_inline() -> None:
    bad = '<p style="x" onclick="y"><script>z</script><style>a{}</style></p>'
    assert len(Page(bad).inline) == 4
