"""The documentation, taken apart: pages, their fenced blocks, their links and tables."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_QUOTED = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its path from the root."""
        return str(self.path.relative_to(ROOT))

    @property
    def prose(self) -> str:
        """Its text without fenced blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, *languages: str) -> list[str]:
        """Return the fenced blocks of these languages, in order."""
        found = _FENCE.findall(self.text)
        return [body for language, body in found if language in languages]

    def links(self) -> list[str]:
        """Return where its links lead."""
        return _LINK.findall(self.prose)

    def quoted(self) -> list[str]:
        """Return what stands between backticks in its prose."""
        return _QUOTED.findall(self.prose)

    def table(self, first: str) -> list[list[str]]:
        """Return the cells of the table whose head begins with `first`."""
        rows: list[list[str]] = []
        inside = False
        for line in self.text.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            if not line.startswith("|"):
                inside = False
            elif inside:
                rows.append(cells)
            elif cells[0].strip() == first:
                inside = True
        return [row for row in rows if set(row[0]) != {"-"}]


@lru_cache(maxsize=64)
def page(name: str) -> Page:
    """Return the page at a path from the root."""
    path = ROOT / name
    return Page(path, path.read_text())


def pages() -> list[Page]:
    """Return every Markdown file of the project's own."""
    above = [path for path in ROOT.glob("*.md")]
    return [page(str(p.relative_to(ROOT))) for p in [*above, *DOCS.rglob("*.md")]]


def anchor(heading: str) -> str:
    """Return the fragment under which a heading can be linked to."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")
