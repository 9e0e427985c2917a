"""Where the sites of the tests keep their rows.

`NTT_AUTH_TEST_DATABASE_URL=mysql://root@127.0.0.1:3306` takes a MySQL server, on which each
folder gets a database of its own; without it that is a file of SQLite in the folder.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

VARIABLE = "NTT_AUTH_TEST_DATABASE_URL"
URL = urlsplit(os.environ.get(VARIABLE, ""))
IS_MYSQL = URL.scheme == "mysql"
SERVER: dict[str, Any] = {
    "host": URL.hostname or "",
    "port": URL.port or 3306,
    "user": unquote(URL.username or ""),
    "password": unquote(URL.password or ""),
}
_made: set[str] = set()


def name() -> str:
    """Return what to call it. Raises `ValueError` for another kind than these two."""
    if URL.geturl() and not IS_MYSQL:
        raise ValueError(f"{VARIABLE} must begin with mysql://, got {URL.scheme}")
    return f"MySQL at {URL.hostname}:{SERVER['port']}" if IS_MYSQL else "SQLite"


def of(folder: Path) -> dict[str, Any]:
    """Return the entry of `DATABASES`; on a server the database is there then."""
    if not IS_MYSQL:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{folder}/shop.sqlite3",
            "OPTIONS": {"timeout": 20},
        }
    schema = _schema(folder)
    if schema not in _made:
        _made.add(schema)
        _on_the_server(f"CREATE DATABASE {schema} CHARACTER SET utf8mb4")
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": schema,
        **{name.upper(): value for name, value in SERVER.items()},
    }


def drop() -> None:
    """Remove what `of` made on the server."""
    while _made:
        _on_the_server(f"DROP DATABASE {_made.pop()}")


def rows(
    folder: Path,
    sql: str,
    *given: Any,
) -> list[tuple[Any, ...]]:
    """Return what a query finds; `?` stands for each of `given`."""
    with _connected(folder) as connection:
        cursor = connection.cursor()
        cursor.execute(_worded(sql), given)
        return [tuple(row) for row in cursor.fetchall()]


def change(
    folder: Path,
    sql: str,
    *given: Any,
) -> int:
    """Change rows, and return how many."""
    with _connected(folder) as connection:
        cursor = connection.cursor()
        cursor.execute(_worded(sql), given)
        connection.commit()
        return int(cursor.rowcount)


def dump(folder: Path) -> str:
    """Return all that stands in the tables of this package and of the sessions."""
    tables = ("ntt_auth_django_signin", "ntt_auth_django_person", "django_session")
    found = [(table, rows(folder, f"SELECT * FROM {table}")) for table in tables]
    return repr(found)


@contextmanager
def _connected(folder: Path) -> Iterator[Any]:
    connection: Any
    if IS_MYSQL:
        import pymysql

        connection = pymysql.connect(database=_schema(folder), **SERVER)
    else:
        connection = sqlite3.connect(folder / "shop.sqlite3", timeout=20)
    try:
        yield connection
    finally:
        connection.close()


def _on_the_server(sql: str) -> None:
    import pymysql

    connection = pymysql.connect(**SERVER)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def _schema(folder: Path) -> str:
    return f"ntt_auth_sdk_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


def _worded(sql: str) -> str:
    return sql.replace("?", "%s") if IS_MYSQL else sql
