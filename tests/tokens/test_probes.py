"""What `/readyz` asks; tests/config/test_health.py walks each from the outside."""

import pytest
from django.core.cache import cache

from tokens import probes


@pytest.mark.django_db
def test_a_whole_database_is_ok() -> None:
    probes.pending.cache_clear()
    assert (probes.database(), probes.migrations()) == (probes.OK, probes.OK)


def test_a_cache_that_forgets_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert probes.shared_cache() == probes.OK
    monkeypatch.setattr(type(cache._connections["default"]), "get", lambda *a, **k: None)  # type: ignore[attr-defined]
    assert probes.shared_cache() == "forgets what it is told"


@pytest.mark.django_db
def test_without_keys_the_command_to_run_is_named() -> None:
    assert "rotate-signing-keys" in probes.signing_keys()
