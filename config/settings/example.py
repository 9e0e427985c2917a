"""Prints what is generated from the settings' table: `python -m config.settings.example`.

That is `.env.example`, or with `--settings-doc` the page `docs/settings.md`. `--check`
compares both with the committed files and exits with 1 where they differ.
"""

import os
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / ".env.example"
PAGE = ROOT / "docs" / "settings.md"
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
INTRODUCTION = """\
# Settings

Every setting, with its default. Written from `config/settings/environment.py` by
`python -m config.settings.example --settings-doc > docs/settings.md`; do not edit.
What they mean together stands in [operations.md](operations.md).

A setting comes from the environment, else from the file `.env` beside `manage.py`, else it
is the default. An empty value counts as none. `list` is separated by commas; `bool` is
`true` or `false`. A value that does not fit refuses the start and names its setting.
"""
# What a setting without a default of its own is, where nobody gives it.
DERIVED = {
    "ISSUER": "`http://HOST:PORT`; in production it must be given",
    "ALLOWED_HOSTS": "none; the loopback names too, but in production",
    "VAR_DIR": "`var` beside `manage.py`",
    "STATIC_ROOT": "`static` in `VAR_DIR`",
    "SECRET_KEY": "made at the first start, in `VAR_DIR`; in production it must be given",
    "ENCRYPTION_KEYS": "as `SECRET_KEY`",
    "DATABASE_URL": "SQLite in `VAR_DIR`; in production it must be given",
    "OUTBOX_INLINE": "`true`; in production `false`",
    "HASHING_SLOTS": "the processors of this machine, or of its container",
    "WEB_THREADS": "`HASHING_SLOTS` + `HASHING_QUEUE` + 14",
    "OUTBOUND_ALLOWED_HOSTS": "none; this machine too where `ISSUER` is on it",
    "LOG_FORMAT": "`text`; in production `json`",
}


def lines() -> Iterator[str]:
    """Yield the file's lines: a section heading, then each setting under its meaning."""
    from config.settings.environment import TABLE

    yield HEADER
    for section, variables in groupby(TABLE, lambda variable: variable.section):
        yield f"# -- {section}"
        for variable in variables:
            yield f"# {variable.help}"
            yield f"#{variable.name}={_shown(variable.default)}"
        yield ""
    yield COMPOSE


def _shown(default: object) -> str:
    """Return a default as one would write it; nothing where there is none."""
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def text() -> str:
    """Return the whole file."""
    return "\n".join(lines())


def page() -> str:
    """Return `docs/settings.md`: a table for each section."""
    from config.settings.environment import TABLE

    found = [INTRODUCTION]
    for section, variables in groupby(TABLE, lambda variable: variable.section):
        found += [f"## {section}", ""]
        found += ["| setting | form | default | meaning |", "| --- | --- | --- | --- |"]
        for variable in variables:
            default = DERIVED.get(variable.name) or f"`{_shown(variable.default)}`"
            cells = [f"`{variable.name}`", variable.cast, default, variable.help]
            found.append(f"| {' | '.join(cells)} |".replace("| `` |", "| none |"))
        found.append("")
    return "\n".join(found)


def main(arguments: list[str]) -> int:
    """Print one of the two, or compare both with the committed ones."""
    if "--check" not in arguments:
        sys.stdout.write(page() if "--settings-doc" in arguments else text())
        return 0
    remedies = {
        FILE: (text(), "make env-example"),
        PAGE: (page(), "python -m config.settings.example --settings-doc"),
    }
    stale = 0
    for path, (wanted, remedy) in remedies.items():
        if not path.exists() or path.read_text() != wanted:
            print(f"{path.name} is stale: run {remedy}", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_ENV", "test")
    sys.exit(main(sys.argv[1:]))
