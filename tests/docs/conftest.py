"""What the tests of the documentation share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.running import Service, served


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """An embedded service on an empty database, ended by its own process id."""
    yield from served(tmp_path)
