"""The column types that every app's keys share."""

import os
import time
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
    _Uuid = models.UUIDField[uuid.UUID, uuid.UUID]
else:
    _Text = models.CharField
    _Uuid = models.UUIDField

_COLLATIONS = {"mysql": "utf8mb4_0900_bin", "mariadb": "utf8mb4_nopad_bin"}


def uuid7() -> uuid.UUID:
    """Return a new time-ordered UUID (RFC 9562 section 5.7).

    The 12 bits behind the milliseconds hold their fraction (section 6.2, method 3), so
    that ids made one after the other in one process sort in that order.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    value = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | tail
    return uuid.UUID(int=value)


class KeyField(_Text):
    """A string compared byte for byte on every database.

    MySQL's default collation makes `ádmin` equal `admin` and `x ` equal `x`; SQLite's
    does not. Keys, digests, slugs and client ids must not depend on which one runs.
    """

    @override
    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Return the column's type with the byte-wise collation of this database."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            mariadb = getattr(connection, "mysql_is_mariadb", False)
            parameters["collation"] = _COLLATIONS["mariadb" if mariadb else "mysql"]
        return parameters


class IdField(_Uuid):
    """A UUIDv7 primary key: indexes grow at the right-hand edge."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("default", uuid7)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)
