"""What the figures were measured on, in words that name no path and no host."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

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
