"""What the tests share: a server on the loopback, and an issuer on it."""

from collections.abc import Iterator

import pytest

from servers import Issuer, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def issuer(server: Server) -> Issuer:
    return Issuer(server)
