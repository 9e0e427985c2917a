from pathlib import Path

import pytest
from django.db import connection

from config.settings.databases import configure

MYSQL = "mysql://root@127.0.0.1:3306/ntt_auth"


def test_without_a_word_it_is_a_file_in_var(tmp_path: Path) -> None:
    chosen = configure("", var=tmp_path, production=False, ca="")
    assert chosen["NAME"] == f"{tmp_path}/db.sqlite3"
    assert chosen["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_mysql_is_strict_and_reads_what_is_committed(tmp_path: Path) -> None:
    options = configure(MYSQL, var=tmp_path, production=False, ca="")["OPTIONS"]
    assert options["isolation_level"] == "read committed"
    assert "STRICT_ALL_TABLES" in options["sql_mode"]
    assert "ssl_mode" not in options


def test_production_demands_tls_and_an_authority_is_verified(tmp_path: Path) -> None:
    plain = configure(MYSQL, var=tmp_path, production=True, ca="")["OPTIONS"]
    assert plain["ssl_mode"] == "REQUIRED"
    known = configure(MYSQL, var=tmp_path, production=True, ca="/ca.pem")["OPTIONS"]
    assert known["ssl_mode"] == "VERIFY_IDENTITY"
    assert known["ssl"] == {"ca": "/ca.pem"}


@pytest.mark.parametrize("url", ["", MYSQL])
def test_a_thread_keeps_its_connection(
    url: str,
    tmp_path: Path,
) -> None:
    chosen = configure(url, var=tmp_path, production=False, ca="")
    assert chosen["CONN_MAX_AGE"] == 60


@pytest.mark.parametrize("url", ["garbage", "postgres://a@b/c", "mysql:/a"])
def test_another_database_is_refused_without_showing_the_url(
    url: str,
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refusal:
        configure(url, var=tmp_path, production=False, ca="")
    assert url not in str(refusal.value)


@pytest.mark.django_db
def test_the_database_really_runs_as_configured() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)  # FULL
        else:
            cursor.execute("SELECT @@transaction_isolation")
            assert cursor.fetchone() == ("READ-COMMITTED",)
