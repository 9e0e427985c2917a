"""`Idempotency-Key`: a management POST that is sent again does its work once.

The first answer is kept for a day, for its caller alone, without its secrets. The claim
is one INSERT under a unique key, so that of any number of parallel calls one works.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotencyKey
from config.errors import Conflict, InvalidInput, ServiceError

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)
SECRETS = frozenset({"client_secret", "secret", "url"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

View = Callable[..., Response]


class KeyReused(ServiceError):
    """The key was used for something else."""

    status = 422
    code = "idempotency_key_reused"
    title = "This idempotency key was used with another request."


class InProgress(Conflict):
    """The first request with this key is still being served."""

    code = "request_in_progress"
    title = "A request with this idempotency key is being served."


def idempotent(post: View) -> View:
    """Let a POST method honour `Idempotency-Key`; without the header nothing changes.

    A repetition gets the first answer with `Idempotency-Replayed: true` and its secrets
    null. A failure is not kept: the key may be used again. Raises `KeyReused`,
    `InProgress`, `InvalidInput` for a malformed key.
    """

    @wraps(post)
    def once(
        view: Any,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return post(view, request, *args, **kwargs)
        mine, replay = _claim(request, key)
        if replay is not None:
            return replay
        try:
            answer = post(view, request, *args, **kwargs)
        except BaseException:
            mine.delete()
            raise
        kept = IdempotencyKey.objects.filter(pk=mine.pk)
        kept.update(status=answer.status_code, body=_without_secrets(answer.data))
        return answer

    return once


def _claim(
    request: Request,
    key: str,
) -> tuple[IdempotencyKey, Response | None]:
    if not _KEY.fullmatch(key):
        raise InvalidInput("Idempotency-Key takes 1 to 255 visible characters.")
    caller = str(request.user.pk)
    body = repr(sorted(dict(request.data).items()))
    asked = f"{request.method} {request.path} {body}"
    # keyed, as the body may hold a password, and a bare digest could be guessed against
    secret = asked.encode("utf-8", "surrogatepass")
    fingerprint = salted_hmac(__name__, secret, algorithm="sha256").hexdigest()
    row = IdempotencyKey(caller=caller, key=key, fingerprint=fingerprint)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            return row, None
    except IntegrityError:
        first = IdempotencyKey.objects.filter(caller=caller, key=key).first()
    if first is None:  # it failed and was released a moment ago
        raise InProgress(retry_after=1)
    return _again(first, fingerprint)


def _again(
    first: IdempotencyKey,
    fingerprint: str,
) -> tuple[IdempotencyKey, Response | None]:
    if first.fingerprint != fingerprint:
        raise KeyReused
    if first.status is not None:
        answer = Response(first.body, status=first.status)
        answer["Idempotency-Replayed"] = "true"
        return first, answer
    now = timezone.now()
    abandoned = IdempotencyKey.objects.filter(
        pk=first.pk, status=None, created_at__lt=now - ABANDONED
    )
    if abandoned.update(created_at=now):  # its worker died: take it over
        return first, None
    raise InProgress(retry_after=1)


def _without_secrets(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    return {k: None if k in SECRETS else v for k, v in data.items()}


def purge() -> int:
    """Remove answers a day old; returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
