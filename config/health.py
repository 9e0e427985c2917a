"""Whether this node lives, and whether it may be sent requests.

`/healthz` costs nothing and asks nobody: an orchestrator restarts what does not answer.
`/readyz` asks everything that a request needs: a balancer passes over what is not ready.
A silent mail worker or Redis is told and takes no node out: requests are served without
(limits are then counted in the database), and they are everybody's, not this node's.
Both answer to any Host, as probes go by address; neither tells anything secret.
"""

import logging
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from tokens import probes
from tokens.probes import OK

Check = Callable[[], str]
_DISPENSABLE = {"worker", "cache"}
_log = logging.getLogger("ntt.health")


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process serves at all."""
    return _answer(200, {"status": OK})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything that a request needs is there, else 503 and what is not.

    Each check says `ok` or, in a few words, why not; `degraded` is ready all the same.
    """
    found = {"database": _ask("database", probes.database)}
    for name, check in _behind_the_database().items():
        answers = found["database"] == OK or name == "cache"
        found[name] = _ask(name, check) if answers else "not asked: no database"
    wrong = {name for name, said in found.items() if said != OK}
    able = wrong <= _DISPENSABLE
    status = "unavailable" if not able else "degraded" if wrong else OK
    return _answer(200 if able else 503, {"status": status, "checks": found})


def _answer(
    status: int,
    body: Mapping[str, object],
) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def _behind_the_database() -> dict[str, Check]:
    checks: dict[str, Check] = {
        "migrations": probes.migrations,
        "signing_keys": probes.signing_keys,
        "worker": probes.worker,
    }
    return {"cache": probes.shared_cache, **checks} if settings.REDIS_URL else checks


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
