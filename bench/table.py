"""The figures as a table: for a terminal, for the docs, or as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.measure import BCRYPT, Figures, Key
from bench.processes import Memory
from bench.servers import VIEW, WSGI

OURS, STOCK, TOOLKIT = "ours", "stock simplejwt", "oauth-toolkit"
FLOOR = "floor"
# path -> compared with, and how many times cheaper than it we want to be
GOALS = {
    "refresh": (Key("refresh", STOCK), 6.0),
    "verify": (Key("verify", STOCK), 3.5),
    "verify, first sight": (Key("verify", STOCK), 3.5),
    "users/me (bearer)": (Key("users/me (bearer)", STOCK), 3.5),
    "oauth client_credentials": (Key("oauth client_credentials", TOOLKIT), 7.0),
    "oauth introspection": (Key("oauth introspection", TOOLKIT), 7.0),
    "oauth refresh": (Key("oauth refresh", TOOLKIT), 6.0),
    "JWKS": (Key(FLOOR, VIEW), 1 / 1.3),
    "discovery": (Key(FLOOR, VIEW), 1 / 1.3),
    "revocation feed 304": (Key(FLOOR, VIEW), 1 / 1.3),
}
LOGIN_PART, MOST_MEMORY, MOST_START = 0.95, 90.0, 2.0
HEADS = (
    *("path", "server", "req/s", "p50 ms", "p99 ms", "CPU ms", "queries"),
    *("CPU / stock", "CPU / WSGI", "CPU / Django"),
)


@dataclass
class Report:
    """Everything that a run found."""

    figures: dict[Key, Figures]
    queries: dict[str, dict[str, int]]
    memory: dict[str, Memory]
    starts: dict[str, float]
    machine: dict[str, str]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table's rows, paths together, as text."""
        names = list(dict.fromkeys(key.path for key in self.figures))
        ordered = [k for name in names for k in self.figures if k.path == name]
        return [self._row(key) for key in ordered]

    def _row(self, key: Key) -> tuple[str, ...]:
        own = self.figures[key]
        other = TOOLKIT if key.path.startswith("oauth") else STOCK
        stock = self.figures.get(Key(_like(key.path), other))
        count = self.queries.get(key.server, {}).get(key.path)
        return (
            *(key.path, key.server, f"{own.rate:.1f}"),
            *(f"{own.p50:.1f}", f"{own.p99:.1f}", f"{own.cpu:.2f}"),
            "" if count is None else str(count),
            _ratio(own, stock if key.server == OURS else None),
            _ratio(own, None if key.path == "login" else self._floor(WSGI)),
            _ratio(own, None if key.path == "login" else self._floor(VIEW)),
        )

    def _floor(self, name: str) -> Figures | None:
        return self.figures.get(Key(FLOOR, name))

    def goals(self) -> list[tuple[str, str, str, bool]]:
        """Return each goal: what, how much was reached, how much is wanted, whether."""
        found = self._hashing() if Key("login", BCRYPT) in self.figures else []
        for path, (other, factor) in GOALS.items():
            own, than = self.figures.get(Key(path, OURS)), self.figures.get(other)
            if own is None or than is None or not own.cpu:
                continue
            reached, most = own.cpu / than.cpu, 1 / factor
            named = f"{path}: CPU / {other.server}"
            found.append((named, f"{reached:.2f}", f"<= {most:.2f}", reached <= most))
        rss, start = self.memory[OURS].rss, self.starts[OURS]
        found += [
            ("memory per worker", f"{rss:.0f} MiB", "<= 90", rss <= MOST_MEMORY),
            ("cold start", f"{start:.2f} s", "<= 2", start <= MOST_START),
        ]
        return found

    def _hashing(self) -> list[tuple[str, str, str, bool]]:
        """Return the goal by rate, and by CPU: on a busy machine only that one tells."""
        own, alone = (
            self.figures[Key("login", OURS)],
            self.figures[Key("login", BCRYPT)],
        )
        parts = {
            "login: rate / bcrypt alone": own.rate / alone.rate,
            "login: CPU of bcrypt alone / CPU": alone.cpu / own.cpu if own.cpu else 0.0,
        }
        wanted = f">= {LOGIN_PART:.0%}"
        return [
            (name, f"{part:.1%}", wanted, part >= LOGIN_PART)
            for name, part in parts.items()
        ]

    def processes(self) -> list[tuple[str, ...]]:
        """Return memory per worker and cold start of each server, as text."""
        return [
            (name, f"{held.rss:.0f}", f"{held.pss:.0f}", f"{self.starts[name]:.2f}")
            for name, held in self.memory.items()
        ]

    def json(self) -> dict[str, Any]:
        """Return everything as one document."""
        return {
            "machine": self.machine,
            "figures": [k._asdict() | asdict(f) for k, f in self.figures.items()],
            "queries": self.queries,
            "memory_mib": {name: m._asdict() for name, m in self.memory.items()},
            "cold_start_seconds": self.starts,
            "goals": [
                {"goal": name, "reached": reached, "wanted": wanted, "met": met}
                for name, reached, wanted, met in self.goals()
            ],
        }


def _like(path: str) -> str:
    return "verify" if path.startswith("verify") else path


def _ratio(
    own: Figures,
    other: Figures | None,
) -> str:
    return f"{own.cpu / other.cpu:.2f}" if other and other.cpu else ""


def grid(
    heads: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    *,
    markdown: bool,
) -> str:
    """Return a table, the columns aligned; with pipes for markdown."""
    numeric = [all(_is_number(row[i]) for row in rows) for i in range(len(heads))]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]

    def line(cells: tuple[str, ...]) -> str:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip()

    marks = tuple(
        "-" * (width - 1) + (":" if right and markdown else "-")
        for width, right in zip(widths, numeric, strict=True)
    )
    return "\n".join([line(heads), line(marks), *(line(row) for row in rows)])


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit() or not cell


def text(
    report: Report,
    *,
    markdown: bool,
) -> str:
    """Return the whole report for a reader."""
    goals = [
        (name, reached, wanted, "met" if met else "missed")
        for name, reached, wanted, met in report.goals()
    ]
    memory = ("server", "RSS MiB", "PSS MiB", "cold start s")
    return "\n\n".join(
        [
            "; ".join(f"{name} {value}" for name, value in report.machine.items()),
            grid(HEADS, report.rows(), markdown=markdown),
            grid(memory, report.processes(), markdown=markdown),
            grid(("goal", "reached", "wanted", ""), goals, markdown=markdown),
        ]
    )
