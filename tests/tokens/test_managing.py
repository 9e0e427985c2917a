"""Each deed of the table, asked for by each service that manages."""

import pytest

from tests.tenants.managers import as_service
from tests.tokens.managing import DEEDS, Deed, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.mark.parametrize("kind", ["tenant", "instance"])
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_a_service_may_what_the_table_says(
    deed: Deed,
    kind: str,
) -> None:
    world = make_world()
    service = world.clerk if kind == "tenant" else world.machine
    status = deed.ask(as_service(service), world).status_code
    may = deed.tenant if kind == "tenant" else deed.instance
    refusals = (403, 404) if kind == "tenant" else (403,)  # another tenant is no tenant
    assert status in ((200, 201, 204) if may else refusals)
