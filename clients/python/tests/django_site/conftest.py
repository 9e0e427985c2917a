"""An issuer, a site before it, and Ada's browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import databases
from django_site.provider import Provider, auth
from servers import serving
from shops import browser, open_shop


@pytest.fixture(scope="session", autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    databases.drop()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with serving() as server:
        yield Provider(server)


@pytest.fixture(autouse=True)
def as_it_was(provider: Provider) -> Iterator[None]:
    yield
    provider.lives, provider.refuses, provider.renewed = 300, False, {}
    provider.secret = "s3cret"
    provider.is_third_party = provider.gives_no_refresh = False
    provider.refreshes.clear()
    provider.server.answers["/oauth/token"] = provider._token


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def shop(
    provider: Provider,
    folder: Path,
) -> Iterator[str]:
    with open_shop(folder, auth(provider)) as address:
        yield address


@pytest.fixture
def ada() -> Iterator[Any]:
    with browser() as found:
        yield found
