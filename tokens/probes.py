"""What a request needs, asked one by one: for `/readyz`, and for `manage.py doctor`.

Each returns `ok` or, in a few words, what is wrong and what to run; it may raise what a
part that is down raises.
"""

from functools import lru_cache

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.outbox import worker as outbox
from tokens import keyring
from tokens.models import SigningKey

OK = "ok"


def database() -> str:
    """Ask whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return OK


def migrations() -> str:
    """Ask whether every migration was applied."""
    waiting = pending()
    if waiting:
        pending.cache_clear()  # they may be applied under a running process
        return f"{waiting} to apply: run manage.py migrate"
    return OK


@lru_cache(maxsize=1)
def pending() -> int:
    """Return how many migrations wait; none is final, as the code does not change."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def shared_cache() -> str:
    """Ask whether the cache keeps what it is told."""
    cache.set("ntt.readyz", 1, timeout=10)
    return OK if cache.get("ntt.readyz") == 1 else "forgets what it is told"


def signing_keys() -> str:
    """Ask whether every algorithm has a key to sign with."""
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE)
    known = set(active.order_by().values_list("algorithm", flat=True))
    missing = [name for name in keyring.ALGORITHMS if name not in known]
    if missing:
        return f"no active {', '.join(missing)} key: run manage.py rotate-signing-keys"
    return OK


def worker() -> str:
    """Ask whether somebody sends the outbox."""
    return OK if outbox.is_alive() else "no sign of life: run manage.py worker"
