"""Everything that a page or a mail says is given to the translators."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.template.base import Lexer, Token, TokenType
from typing_extensions import override

from config.messages import ROOT

TEMPLATES = ROOT / "templates"
ENGLISH = {"admin", "unfold", "reference.html"}  # the console, and the API's reference
SAID_AS_IT_IS = (
    "NTT Authentication Server",
    ".venv/bin/python manage.py setup-link",
    "Subject:",
    'class="own"',  # a block inside a tag
)
SHOWN = {"alt", "aria-label", "content", "placeholder", "title", "value"}
MACHINE_READ = re.compile(r"width=device-width, initial-scale=1|light dark|noindex")
WORD = re.compile(r"[^\W\d_]{2,}")
BARE = re.compile(r"""\b(?:submit|label|text|empty|back_label)=["']""")


class Words(HTMLParser):
    """Collects what a reader sees or hears of markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = False

    @override
    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],
    ) -> None:
        self.silent = tag in ("style", "script")
        for name, value in attrs:
            if (tag, name) == ("button", "value"):  # it is sent, and never shown
                continue
            read = name in SHOWN or name.startswith("data-") and " " in (value or "")
            if read and not MACHINE_READ.fullmatch(value or ""):
                self.found.append(value or "")

    @override
    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    @override
    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def untranslated(source: str) -> list[str]:
    """Return the words of a template that stand outside the tags of translation."""
    reader = Words()
    reader.feed("".join(_outside(Lexer(source).tokenize())))
    reader.close()
    bare = [t.contents for t in Lexer(source).tokenize() if _is_bare(t)]
    kept = [_left(text) for text in reader.found]
    return bare + [text.strip() for text in kept if WORD.search(text)]


def _is_bare(token: Token) -> bool:
    return token.token_type == TokenType.BLOCK and bool(BARE.search(token.contents))


def _left(text: str) -> str:
    for known in SAID_AS_IT_IS:
        text = text.replace(known, "")
    return text


def _outside(tokens: list[Any]) -> Iterator[str]:
    """Yield the plain text of a template but what a tag of translation or comment holds."""
    until = ""
    for token in tokens:
        name = token.contents.split()[0] if token.contents.split() else ""
        if until:
            until = "" if name == until else until
        elif token.token_type == TokenType.BLOCK:
            if name in ("blocktranslate", "blocktrans", "comment"):
                until = f"end{name}"
        elif token.token_type == TokenType.TEXT:
            yield token.contents


def ours() -> list[Path]:
    """Return the templates of pages and mails."""
    found = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]
    return sorted(
        path for path in found if path.relative_to(TEMPLATES).parts[0] not in ENGLISH
    )


def test_there_are_pages_and_mails() -> None:
    assert len(ours()) > 50


@pytest.mark.parametrize("path", ours(), ids=lambda path: path.name)
def test_no_word_is_kept_from_the_translators(path: Path) -> None:
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("{% if a %}Hello{% endif %}", ["Hello"]),
        ('<p title="Hello" class="wide" data-kind="get">{{ x }}: 1</p>', ["Hello"]),
        ('<p data-failed="That failed."></p>', ["That failed."]),
        ("{% comment %}A note{% endcomment %}{# another #}", []),
        ("{% blocktranslate %}Two <b>words</b>{% endblocktranslate %}", []),
        ("<p aria-label=\"{% translate 'Hello' %}\">{% translate 'Hello' %}</p>", []),
        ("<style>p { color: red }</style><script>let hello</script>", []),
        ("{% include 'x' with submit='Save' %}", ["include 'x' with submit='Save'"]),
        ("{% include 'x' with submit=_('Save') %}", []),
        ("Subject: {% translate 'Hello' %} or {{ x }}", ["or"]),
    ],
)
def test_a_bare_word_is_found(
    source: str,
    words: list[str],
) -> None:
    assert untranslated(source) == words
