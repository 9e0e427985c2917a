"""Prints `.env.example` from the settings' table: `python -m config.settings.example`.

`--check` compares it with the committed file and exits with 1 where they differ.
"""

import os
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent.parent / ".env.example"
HEADER = """\
# Every setting, with its default. Written by `make env-example` from
# config/settings/environment.py; do not edit. Copy to .env and set what differs:
# `make run`, manage.py and docker compose read .env; the environment wins over it.
"""
COMPOSE = """\
# -- For docker-compose.yml only
# Each is a password of your own choosing, in letters and digits (they stand in URLs).
#MYSQL_PASSWORD=
#VALKEY_PASSWORD=
"""


def lines() -> Iterator[str]:
    """Yield the file's lines: a section heading, then each setting under its meaning."""
    from config.settings.environment import TABLE

    yield HEADER
    for section, variables in groupby(TABLE, lambda variable: variable.section):
        yield f"# -- {section}"
        for variable in variables:
            yield f"# {variable.help}"
            value = "" if variable.default is None else variable.default
            shown = str(value).lower() if isinstance(value, bool) else value
            yield f"#{variable.name}={shown}"
        yield ""
    yield COMPOSE


def text() -> str:
    """Return the whole file."""
    return "\n".join(lines())


def main(arguments: list[str]) -> int:
    """Print the file, or compare it with the committed one."""
    if "--check" not in arguments:
        sys.stdout.write(text())
        return 0
    if FILE.exists() and FILE.read_text() == text():
        return 0
    print(".env.example is stale: run make env-example", file=sys.stderr)
    return 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_ENV", "test")
    sys.exit(main(sys.argv[1:]))
