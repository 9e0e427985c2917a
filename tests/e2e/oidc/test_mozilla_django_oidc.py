"""mozilla-django-oidc before a running server: a Django site, as its documentation says."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bench.processes import Server
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.service import Service
from tests.e2e.oidc.shop import RENEWED

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def shop(
    service: Service,
    shop_port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the running shop."""
    folder = tmp_path_factory.mktemp("shop")
    url = service.url("/.well-known/openid-configuration")
    given = {
        "port": shop_port,
        "folder": str(folder),
        "metadata": requests.get(url, timeout=30).json(),
        **service.cast["django"],
    }
    server = Server(
        name="the shop",
        command=[sys.executable, "-m", "tests.e2e.oidc.shop"],
        environ={"SHOP": json.dumps(given)},
        port=shop_port,
        log=Path(folder / "shop.log"),
        probe="/",
    )
    server.start()
    yield f"http://localhost:{shop_port}"
    server.stop()


@pytest.mark.spec("OIDC Core 3.1")
@pytest.mark.spec("OIDC Core 3.1.2.6")
@pytest.mark.spec("OIDC RP-Initiated Logout 2")
def test_somebody_signs_in_is_looked_at_again_and_signs_out(
    shop: str,
    service: Service,
    ann: Person,
) -> None:
    here = f"Here is {ann.email}."
    assert "Here is nobody." in ann.open(f"{shop}/").text
    back = ann.walk(f"{shop}/oidc/authenticate/")
    assert ann.open(back).headers["Location"] == "/"
    assert here in ann.open(f"{shop}/").text
    time.sleep(RENEWED + 0.1)
    seen = list(ann.seen)
    again = ann.walk(f"{shop}/")  # by prompt=none
    assert ann.seen == seen
    assert ann.open(again).headers["Location"] == "/"
    page = ann.open(f"{shop}/")
    assert here in page.text
    left = ann.press(page)
    assert ann.walk(left.headers["Location"]) == f"{shop}/"
    assert "Here is nobody." in ann.open(f"{shop}/").text
    refused = ann.open(service.url("/account/"))
    assert "/account/login/" in refused.headers["Location"]
