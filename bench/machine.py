"""What the figures were measured on, in words that name no path and no host."""

import os
import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.processes import TICK, Server

NAMED = ("django", "gunicorn", "djangorestframework", "djangorestframework-simplejwt")


def processor() -> str:
    """Return the processor's model name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def described(database: str) -> dict[str, str]:
    """Return the machine and the versions that matter."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    about = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{pages / 2**30:.0f} GiB",
        "Python": platform.python_version(),
        "database": database.partition("://")[0] or "SQLite",
    }
    return about | {name: version(name) for name in NAMED}


@dataclass(frozen=True)
class Watch:
    """How much of the machine others used since the watch began: noise in the figures."""

    servers: tuple[Server, ...]
    began: float
    busy: float
    own: float

    @classmethod
    def begin(
        cls,
        servers: Iterable[Server],
    ) -> "Watch":
        """Begin now; the servers must run, and must not be restarted before the end."""
        given = tuple(servers)
        return cls(given, time.perf_counter(), _busy(), _own(given))

    def others(self) -> float:
        """Return the part of all cores that neither the load nor its servers used."""
        seconds = time.perf_counter() - self.began
        theirs = (_busy() - self.busy) - (_own(self.servers) - self.own)
        return max(0.0, theirs) / (seconds * (os.cpu_count() or 1))


def _own(servers: tuple[Server, ...]) -> float:
    return time.process_time() + sum(server.cpu() for server in servers)


def _busy() -> float:
    """Return the seconds that all cores together were not idle since the start."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    ticks = [int(field) for field in fields]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICK
