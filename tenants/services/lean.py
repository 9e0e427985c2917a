"""What `/oauth/token` reads each time, in SQL written by hand.

As in `tokens.standing`, and for the same reason: to compile an ORM query costs several
times what the database needs to answer it. The instances are whole but for `created_at`.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from tenants.models import Api, Application

M = TypeVar("M", bound=models.Model)


def _json(value: Any) -> Any:
    if value == "[]":  # most are
        return []
    return None if value is None else json.loads(value)


def _same(value: Any) -> Any:
    return value


_READERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (models.JSONField, _json),
    (models.UUIDField, UUID),
    (models.BooleanField, bool),
)


def _reader_of(field: Any) -> Callable[[Any], Any]:
    """Return what makes a Python value of a column's."""
    kept = field.target_field if field.is_relation else field
    return next((read for kind, read in _READERS if isinstance(kept, kind)), _same)


class _Columns(Generic[M]):
    """The columns of a model in a SELECT, and how a row becomes an instance."""

    def __init__(
        self,
        model: type[M],
        alias: str,
    ) -> None:
        kept = [f for f in model._meta.concrete_fields if f.name != "created_at"]
        self.model = model
        self.sql = ", ".join(f"{alias}.{field.column}" for field in kept)
        self.names = [field.attname for field in kept]
        self.readers = [_reader_of(field) for field in kept]

    def made(
        self,
        row: tuple[Any, ...],
    ) -> M:
        """Return the instance of a row that holds nothing else."""
        pairs = zip(self.readers, row, strict=True)
        values = [read(value) for read, value in pairs]
        return self.model.from_db(connection.alias, self.names, values)


_APPLICATION = _Columns(Application, "a")
_API = _Columns(Api, "p")

_LIVE_SECRETS = f"""
SELECT s.id, s.digest, s.last_used_at IS NOT NULL AND s.last_used_at >= %s,
       {_APPLICATION.sql}
FROM tenants_applicationsecret s
JOIN tenants_application a ON a.id = s.application_id
JOIN tenants_tenant t ON t.id = a.tenant_id
WHERE a.client_id = %s AND a.client_authentication = %s
  AND a.suspended_at IS NULL AND t.suspended_at IS NULL
  AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > %s)
"""


class Held(NamedTuple):
    """A live secret of a live application, as stored; `used_lately` as it was asked."""

    id: UUID
    digest: str
    used_lately: bool
    row: tuple[Any, ...]

    @property
    def application(self) -> Application:
        """Whose it is."""
        return _APPLICATION.made(self.row)


def live_secrets(
    client_id: str,
    *,
    lately: timedelta,
) -> list[Held]:
    """Return the secrets by which an application may authenticate now; one query."""
    now = timezone.now()
    moment = connection.ops.adapt_datetimefield_value
    kind = Application.Authentication.SECRET.value
    with connection.cursor() as cursor:
        cursor.execute(
            _LIVE_SECRETS, [moment(now - lately), client_id, kind, moment(now)]
        )
        found = cursor.fetchall()
    return [Held(UUID(r[0]), r[1], bool(r[2]), r[3:]) for r in found]


_APIS = f"""
SELECT {_API.sql}
FROM tenants_applicationapi l
JOIN tenants_api p ON p.id = l.api_id
WHERE l.application_id = %s AND (p.tenant_id = %s OR EXISTS (
    SELECT 1 FROM tenants_api_shared_with w
    WHERE w.api_id = p.id AND w.tenant_id = %s))
ORDER BY l.position, l.id
"""


def apis_of(application: Application) -> list[Api]:
    """Return the APIs that an application may ask for, the default first; one query."""
    key = Application._meta.pk.get_db_prep_value
    mine, tenant = (
        key(value, connection) for value in (application.pk, application.tenant_id)
    )
    with connection.cursor() as cursor:
        cursor.execute(_APIS, [mine, tenant, tenant])
        return [_API.made(row) for row in cursor.fetchall()]
