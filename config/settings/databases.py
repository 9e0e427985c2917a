"""The database: SQLite that does not lose a revocation, or MySQL."""

import os
from pathlib import Path
from typing import Any

import environ

_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # a small page cache: every thread keeps its connection
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512;"
    ),
}
_KEPT_SECONDS = 60  # opening one for each request costs as much as a verification


def configure(
    url: str,
    *,
    var: Path,
    production: bool,
    ca: str,
) -> dict[str, Any]:
    """Return Django's settings of the default database.

    WAL with IMMEDIATE transactions never meets a lock error; FULL, because a lost
    revocation is a security fault. MySQL is strict, READ COMMITTED, and verified by TLS
    in production. Raises `ValueError` for a URL of any other database.
    """
    if url and not url.startswith(("mysql://", "sqlite:///")):
        raise ValueError(
            "DATABASE_URL is neither mysql://user:password@host:3306/name nor"
            " sqlite:////some/file"
        )
    chosen: dict[str, Any] = dict(
        environ.Env.db_url_config(url or f"sqlite:///{var}/db.sqlite3")
    )
    chosen["CONN_MAX_AGE"] = _KEPT_SECONDS
    suffix = os.environ.get("TEST_DATABASE_SUFFIX", "")
    if chosen["ENGINE"].endswith("sqlite3"):
        chosen["OPTIONS"] = dict(_SQLITE)
        chosen["TEST"] = {"NAME": str(var / f"test{suffix}.sqlite3")}
        return chosen
    options: dict[str, Any] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "sql_mode": "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY",
        "connect_timeout": 5,
    }
    if ca:
        options |= {"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": ca}}
    elif production:
        options["ssl_mode"] = "REQUIRED"
    chosen["OPTIONS"] = options | chosen.get("OPTIONS", {})
    chosen["CONN_HEALTH_CHECKS"] = True
    chosen["TEST"] = {"NAME": f"test_{chosen['NAME']}{suffix}", "CHARSET": "utf8mb4"}
    return chosen
