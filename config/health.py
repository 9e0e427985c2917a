"""Whether this node lives, and whether it may be sent requests.

`/healthz` costs nothing and asks nobody: an orchestrator restarts what does not answer.
`/readyz` asks everything that a request needs: a balancer passes over what is not ready.
Both answer to any Host, as probes go by address; neither tells anything secret.
"""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.outbox import worker
from tokens import keyring
from tokens.models import SigningKey

OK = "ok"
Check = Callable[[], str]
_log = logging.getLogger("ntt.health")


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process serves at all."""
    return _answer(200, {"status": OK})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything that a request needs is there, else 503 and what is not.

    Each check says `ok` or, in a few words, why not.
    """
    found = {"database": _ask("database", _database)}
    for name, check in _behind_the_database().items():
        answers = found["database"] == OK or name == "cache"
        found[name] = _ask(name, check) if answers else "not asked: no database"
    fine = all(said == OK for said in found.values())
    body = {"status": OK if fine else "unavailable", "checks": found}
    return _answer(200 if fine else 503, body)


def _answer(
    status: int,
    body: Mapping[str, object],
) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def _behind_the_database() -> dict[str, Check]:
    checks: dict[str, Check] = {
        "migrations": _migrations,
        "signing_keys": _signing_keys,
        "worker": _worker,
    }
    return {"cache": _cache, **checks} if settings.REDIS_URL else checks


def _ask(
    name: str,
    check: Check,
) -> str:
    """Return what a check says; whatever it raises stays in the log."""
    try:
        return check()
    except Exception as fault:
        _log.warning("%s is not ready: %s", name, type(fault).__name__)
        return "does not answer"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return OK


def _migrations() -> str:
    pending = _pending()
    if pending:
        _pending.cache_clear()  # they may be applied under a running process
        return f"{pending} to apply: run manage.py migrate"
    return OK


@lru_cache(maxsize=1)
def _pending() -> int:
    """Return how many migrations wait; none is final, as the code does not change."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _cache() -> str:
    cache.set("ntt.readyz", 1, timeout=10)
    return OK if cache.get("ntt.readyz") == 1 else "forgets what it is told"


def _signing_keys() -> str:
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE)
    known = set(active.order_by().values_list("algorithm", flat=True))
    missing = [name for name in keyring.ALGORITHMS if name not in known]
    if missing:
        return f"no active {', '.join(missing)} key: run manage.py rotate-signing-keys"
    return OK


def _worker() -> str:
    return OK if worker.is_alive() else "no sign of life: run manage.py worker"
