"""Every case of the contract, at the test kit's issuer and at the real server."""

from collections.abc import Iterator

import pytest
from cases import CASES
from grants import GRANTS
from worlds import SERVER_PYTHON, Fake, World, real

WORLDS = ["fake", pytest.param("server", marks=pytest.mark.server)]


@pytest.fixture(scope="module", params=WORLDS)
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    if request.param == "fake":
        yield Fake()
        return
    if not SERVER_PYTHON.exists():
        pytest.skip("there is no server beside this package")
    with real(tmp_path_factory.mktemp("server")) as found:
        yield found


ALL = {**CASES, **GRANTS}


@pytest.mark.parametrize("name", ALL)
def test_the_contract(
    world: World,
    name: str,
) -> None:
    ALL[name](world)
