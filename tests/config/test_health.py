from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from accounts.outbox.models import Worker
from tokens import probes
from tokens.models import SigningKey


@pytest.fixture(autouse=True)
def _unasked() -> Iterator[None]:
    probes.pending.cache_clear()
    yield
    probes.pending.cache_clear()


@pytest.fixture
def alive(keys: None) -> None:
    """Everything that a request needs."""
    Worker.objects.create(name="one")


def asked(client: Client) -> tuple[int, dict[str, str]]:
    """Return the status and the checks of `/readyz`."""
    answer = client.get("/readyz")
    body = answer.json()
    assert (body["status"] == "unavailable") == (answer.status_code == 503)
    assert (body["status"] == "ok") == (set(body["checks"].values()) == {"ok"})
    return answer.status_code, body["checks"]


def test_liveness_asks_no_database(client: Client) -> None:
    # without the db fixture pytest-django refuses any query
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/json"


def test_a_whole_node_is_ready(
    client: Client,
    alive: None,
) -> None:
    assert asked(client) == (
        200,
        dict.fromkeys(("database", "migrations", "signing_keys", "worker"), "ok"),
    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_by_address(
    client: Client,
    alive: None,
    path: str,
) -> None:
    assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_cannot_be_posted(
    client: Client,
    path: str,
) -> None:
    assert client.post(path).status_code == 405


def test_without_an_active_key_it_is_not_ready(
    client: Client,
    alive: None,
) -> None:
    SigningKey.objects.filter(algorithm="ES256").update(state="retired")
    status, checks = asked(client)
    assert status == 503
    assert checks["signing_keys"].startswith("no active ES256 key")


def test_a_silent_worker_is_told_and_takes_no_node_out(
    client: Client,
    alive: None,
) -> None:
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    status, checks = asked(client)
    assert status == 200
    assert checks["worker"].startswith("no sign of life")


def test_a_pending_migration_is_told_until_it_is_applied(
    client: Client,
    alive: None,
) -> None:
    applied = MigrationRecorder(connection).migration_qs.filter(app="tokens")
    row = applied.latest("id")
    row.delete()
    status, checks = asked(client)
    assert status == 503
    assert checks["migrations"].startswith("1 to apply")
    MigrationRecorder(connection).record_applied("tokens", row.name)
    assert asked(client)[0] == 200


def test_migrations_are_counted_once(
    client: Client,
    alive: None,
    django_assert_max_num_queries: Any,
) -> None:
    asked(client)
    with django_assert_max_num_queries(3):
        asked(client)


def test_a_database_that_does_not_answer_is_told_and_not_why(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> Any:
        raise OSError("mysql://root:s3cret@db")

    monkeypatch.setattr(connection, "cursor", broken, raising=False)
    status, checks = asked(client)
    assert status == 503
    assert checks["database"] == "does not answer"
    assert checks["worker"] == "not asked: no database"
    assert "s3cret" not in caplog.text


def test_the_cache_is_asked_where_there_is_one_and_takes_no_node_out(
    client: Client,
    alive: None,
    settings: Any,
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert asked(client)[1]["cache"] == "ok"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    }
    status, checks = asked(client)
    assert (status, checks["cache"]) == (200, "forgets what it is told")
