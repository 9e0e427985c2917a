"""What is to be translated, found in templates and code: `python -m config.messages`.

Brings each `locale/<language>/LC_MESSAGES/django.po` up to date (translations stay, what
is no longer said goes) and compiles it. Templates are asked as Django compiles them, so
that the catalog's keys are exactly those that are looked up.
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.catalogs import Entry, Message, compiled, forms_of, header, read, write

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("accounts", "config", "social", "tenants", "tokens")
_CALLS = {  # name -> where msgid, plural and context stand among the arguments
    "_": (0, None, None),
    "gettext": (0, None, None),
    "gettext_lazy": (0, None, None),
    "gettext_noop": (0, None, None),
    "ngettext": (0, 1, None),
    "ngettext_lazy": (0, 1, None),
    "pgettext": (1, None, 0),
    "pgettext_lazy": (1, None, 0),
}
_CONSTANT = re.compile(r"""_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


def said(root: Path = ROOT) -> list[Message]:
    """Return every message of the pages, mails and code below `root`, in order.

    The console's templates are English and left out.
    """
    found: set[Message] = set()
    templates = root / "templates"
    for path in [*templates.rglob("*.html"), *templates.rglob("*.txt")]:
        if path.relative_to(templates).parts[0] != "admin":
            found.update(in_template(path.read_text()))
    for folder in SOURCES:
        for path in (root / folder).rglob("*.py"):
            found.update(in_code(path.read_text()))
    return sorted(found)


def in_template(source: str) -> Iterator[Message]:
    """Yield the messages of a template."""
    from django.template import engines
    from django.template.base import Lexer, TokenType
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    nodes: Any = engines["django"].from_string(source).template.nodelist  # type: ignore[attr-defined]
    for node in nodes.get_nodes_by_type(TranslateNode):
        literal = node.filter_expression.var.literal
        if isinstance(literal, str):
            escaped = literal.replace("%", "%%")
            yield Message(escaped, context=_constant(node.message_context))
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        plural = node.render_token_list(node.plural)[0] if node.plural else ""
        one = node.render_token_list(node.singular)[0]
        yield Message(one, plural, _constant(node.message_context))
    for token in Lexer(source).tokenize():
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            for constant in _CONSTANT.findall(token.contents):
                yield Message(ast.literal_eval(constant).replace("%", "%%"))


def _constant(expression: Any) -> str:
    return str(expression.resolve({})) if expression else ""


def in_code(source: str) -> Iterator[Message]:
    """Yield the messages of a module: calls of gettext's functions with literals."""
    if "gettext" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in _CALLS:
            given = [getattr(argument, "value", None) for argument in node.args]
            places = _CALLS[name]
            one, plural, context = (_text(given, place) for place in places)
            if one:
                yield Message(one, plural, context)


def _text(
    given: list[Any],
    place: int | None,
) -> str:
    value = given[place] if place is not None and place < len(given) else ""
    return value if isinstance(value, str) else ""


def merged(
    messages: list[Message],
    old: list[Entry],
    language: str,
) -> list[Entry]:
    """Return a catalog of these messages that keeps what was translated."""
    kept = {entry.message: entry for entry in old}
    head = kept.get(Message("")) or Entry(Message(""), (header(language),))
    forms = forms_of(head.texts[0])
    empty = (("",), ("",) * forms)
    fresh = (Entry(m, empty[bool(m.plural)]) for m in messages)
    return [head, *(kept.get(entry.message, entry) for entry in fresh)]


def missing(
    messages: list[Message],
    entries: list[Entry],
) -> list[str]:
    """Return what of these messages a catalog says nothing for."""
    done = {entry.message for entry in entries if entry.is_complete}
    return [message.id for message in messages if message not in done]


def main(arguments: list[str]) -> int:
    """Bring the catalogs of the named languages up to date (without names: of all)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings

    django.setup()
    messages = said()
    known = [tag for tag, _ in settings.LANGUAGES if tag != settings.LANGUAGE_CODE]
    for language in arguments or known:
        if language not in known:
            print(f"{language} is not in LANGUAGES", file=sys.stderr)
            return 2
        left = update(ROOT / "locale", language, messages)
        print(f"{language}: {len(messages) - left} of {len(messages)} translated")
    return 0


def update(
    folder: Path,
    language: str,
    messages: list[Message],
) -> int:
    """Write one language's .po, and its .mo once it is complete; return what is missing.

    A language is offered as soon as there is a .mo: half of one is worse than English.
    """
    path = folder / language / "LC_MESSAGES" / "django.po"
    old = read(path.read_text()) if path.exists() else []
    entries = merged(messages, old, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write(entries))
    left = len(missing(messages, entries))
    binary = path.with_suffix(".mo")
    if left == 0:
        binary.write_bytes(compiled(entries))
    elif binary.exists():
        print(f"{language}: {left} messages are missing; {binary.name} stays as it was")
    return left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
