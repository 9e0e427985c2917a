"""Who hears which sessions ended."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tokens.models import Session
from tokens.signals import sessions_ended

Heard = list[UUID]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Note what is told; each row must still be there, and ended."""
    told: Heard = []

    def note(
        sids: list[UUID],
        **more: Any,
    ) -> None:
        ended = Session.objects.filter(sid__in=sids).exclude(revoked_at=None)
        assert ended.count() == len(sids)
        told.extend(sids)

    sessions_ended.connect(note)
    yield told
    sessions_ended.disconnect(note)
