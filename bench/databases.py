"""Where the measured servers keep their rows: SQLite files, or scratch MySQL databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from bench.processes import CannotMeasure

KINDS = ("ours", "stock", "toolkit")


@contextmanager
def scratch(url: str) -> Iterator[dict[str, str]]:
    """Yield a DATABASE_URL for each server; "" stands for SQLite in the run's folder.

    `url` names a MySQL server and a database; new ones are made beside it, under its
    name with `_bench_ours` and so on, and dropped at the end.
    """
    if not url:
        yield dict.fromkeys(KINDS, "")
        return
    if not url.startswith("mysql://"):
        raise CannotMeasure(
            "DATABASE_URL is no mysql:// URL; without it SQLite is used"
        )
    base, _, name = url.partition("?")[0].rpartition("/")
    names = {kind: f"{name}_bench_{kind}" for kind in KINDS}
    for made in names.values():
        _execute(url, f"DROP DATABASE IF EXISTS `{made}`")
        _execute(url, f"CREATE DATABASE `{made}` CHARACTER SET utf8mb4")
    try:
        yield {kind: f"{base}/{made}" for kind, made in names.items()}
    finally:
        for made in names.values():
            _execute(url, f"DROP DATABASE IF EXISTS `{made}`")


def _execute(
    url: str,
    statement: str,
) -> None:
    import MySQLdb  # type: ignore[import-untyped,unused-ignore]

    parts = urlsplit(url)
    given: dict[str, Any] = {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
    connection = MySQLdb.connect(**given)
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()
