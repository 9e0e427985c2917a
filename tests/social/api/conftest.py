"""Google and Apple on this machine."""

import pytest

from social.models import Connection
from tests.social import native
from tests.social.upstreams import Upstream


@pytest.fixture
def google(
    db: None,
    keys: None,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> Connection:
    """Everybody's connection to Google, which is at `upstream`."""
    native.at_home(monkeypatch, upstream)
    return native.native_connection()
