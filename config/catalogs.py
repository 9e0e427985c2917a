"""Catalogs of translations: gettext's text form (.po) and the form that runs (.mo).

In Python, so that neither building nor running needs gettext's own tools. Only what our
catalogs hold is read: contexts, plurals, flags and translators' comments.
"""

import ast
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_PARTS = ("msgctxt", "msgid", "msgid_plural", "msgstr")


@dataclass(frozen=True, order=True)
class Message:
    """What is to be translated: with `context` where one word means two things."""

    id: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True)
class Entry:
    """A message and its translations (several for a plural), with `# ` comments."""

    message: Message
    texts: tuple[str, ...]
    comments: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every form has its words."""
        return bool(self.texts) and all(self.texts)


def header(language: str) -> str:
    """Return the first entry's text of a new catalog."""
    plurals = {
        "ja": "nplurals=1; plural=0;",
        "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && "
        "n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;",
    }
    shown = plurals.get(language, "nplurals=2; plural=(n != 1);")
    return (
        f"Language: {language}\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
        f"Plural-Forms: {shown}\n"
    )


def forms_of(head: str) -> int:
    """Return how many forms a plural has in the catalog with this header."""
    _, found, rest = head.partition("nplurals=")
    return int(rest.partition(";")[0]) if found else 2


def read(text: str) -> list[Entry]:
    """Return the entries of a .po file, the header first; raises `ValueError`."""
    return [_entry(part) for part in text.split("\n\n") if "msgid" in part]


def write(entries: Iterable[Entry]) -> str:
    """Return entries as a .po file."""
    return "\n\n".join("\n".join(_lines(entry)) for entry in entries) + "\n"


def compiled(entries: Iterable[Entry]) -> bytes:
    """Return a .mo file of what is translated (GNU gettext manual, "MO Files")."""
    told = {
        _key(entry.message): "\0".join(entry.texts).encode()
        for entry in entries
        if entry.is_complete
    }
    pairs = sorted(told.items())
    start = 28 + 16 * len(pairs)
    ids, texts, places = b"", b"", []
    room = sum(len(key) + 1 for key, _ in pairs)
    for key, text in pairs:
        places.append(
            (len(key), start + len(ids), len(text), start + room + len(texts))
        )
        ids, texts = ids + key + b"\0", texts + text + b"\0"
    count = len(pairs)
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, start)
    keys = b"".join(struct.pack("<2I", *place[:2]) for place in places)
    values = b"".join(struct.pack("<2I", *place[2:]) for place in places)
    return head + keys + values + ids + texts


def _key(message: Message) -> bytes:
    key = f"{message.context}\4{message.id}" if message.context else message.id
    return (f"{key}\0{message.plural}" if message.plural else key).encode()


def _entry(part: str) -> Entry:
    comments: list[str] = []
    found: list[tuple[str, list[str]]] = []
    for line in filter(None, map(str.strip, part.splitlines())):
        if line.startswith("#"):
            comments += [line] if line.startswith("# ") else []
        elif line.startswith('"') and found:
            found[-1][1].append(ast.literal_eval(line))
        else:
            name, _, value = line.partition(" ")
            if name.partition("[")[0] not in _PARTS:
                raise ValueError(f"no line of a catalog: {line[:60]}")
            found.append((name, [ast.literal_eval(value)]))
    said = {name: "".join(pieces) for name, pieces in found}
    message = Message(
        said["msgid"], said.get("msgid_plural", ""), said.get("msgctxt", "")
    )
    texts = tuple(v for name, v in said.items() if name.startswith("msgstr"))
    return Entry(message, texts, tuple(comments))


def _lines(entry: Entry) -> Iterator[str]:
    yield from entry.comments
    message = entry.message
    if message.context:
        yield f"msgctxt {_quoted(message.context)}"
    yield f"msgid {_quoted(message.id)}"
    if not message.plural:
        yield f"msgstr {_quoted(entry.texts[0])}"
        return
    yield f"msgid_plural {_quoted(message.plural)}"
    for number, text in enumerate(entry.texts):
        yield f"msgstr[{number}] {_quoted(text)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    pieces = [piece for piece in escaped.replace("\n", "\\n\n").split("\n") if piece]
    if len(pieces) < 2:
        return f'"{pieces[0] if pieces else ""}"'
    return '""\n' + "\n".join(f'"{piece}"' for piece in pieces)
