"""The counter that every ending change of a row moves."""

from typing import Any

from django.db import models
from django.db.models import F


def bump_epoch(queryset: "models.QuerySet[Any]", **changes: Any) -> int:
    """Apply `changes` and move the epoch on, in one UPDATE; return the rows changed."""
    return queryset.update(epoch=F("epoch") + 1, **changes)
