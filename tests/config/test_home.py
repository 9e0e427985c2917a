from typing import Any

from django.test import Client


def test_the_embedded_default_shows_where_everything_is(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    page = answer.content.decode()
    for path in (
        "/admin/",
        "/api/docs",
        "/.well-known/openid-configuration",
        "/account/",
    ):
        assert f'href="{path}"' in page
    assert "<script" not in page
    assert "style=" not in page


def test_production_has_no_such_page(
    client: Client,
    settings: Any,
) -> None:
    settings.PRODUCTION = True
    answer = client.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "/admin/" not in answer.content.decode()
