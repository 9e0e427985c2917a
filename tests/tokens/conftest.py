"""What the tests of both doors share."""

import pytest

from tests.tokens.doors import Doors


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    """Both ways, neither of which closes the connection that the test's rows are in."""
    monkeypatch.setattr("config.door.close_old_connections", lambda: None)
    return Doors()
