"""The look of a tenant over HTTP: public, cached, harmless."""

from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant
from tenants.services.brand import set_logo
from tests.factories import TenantFactory
from tests.tenants.pictures import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Tenant:
    tenant: Tenant = TenantFactory(slug="acme", accent_color="#8a1c1c")
    return set_logo(tenant, data=png(), content_type="image/png", acting_user=None)


def test_the_stylesheet_is_public_and_kept_for_five_minutes(
    acme: Tenant,
    client: Client,
) -> None:
    answer = client.get("/account/brand/acme.css")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
    assert "--accent: #8a1c1c;" in answer.content.decode()

    etag = answer["ETag"]
    assert etag.startswith('"')
    again = client.get("/account/brand/acme.css", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    Tenant.objects.update(accent_color="#123456")
    anew = client.get("/account/brand/acme.css", headers={"If-None-Match": etag})
    assert anew.status_code == 200


def test_the_logo_is_the_picture_and_nothing_else(
    acme: Tenant,
    client: Client,
) -> None:
    answer = client.get("/account/brand/acme/logo")
    assert answer.content == png()
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    etag = answer["ETag"]
    again = client.get("/account/brand/acme/logo", headers={"If-None-Match": etag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["nobody.css", "nobody/logo", "default/logo", "..%2f.css", "a b.css", "\u00e9.css"],
)
def test_what_there_is_not_is_not_found(
    path: str,
    acme: Tenant,
    client: Client,
) -> None:
    assert client.get(f"/account/brand/{path}").status_code == 404


@pytest.mark.parametrize("path", ["acme.css", "acme/logo"])
def test_one_looks_and_does_nothing_else(
    path: str,
    acme: Tenant,
    client: Any,
) -> None:
    assert client.head(f"/account/brand/{path}").status_code == 200
    assert client.post(f"/account/brand/{path}").status_code == 405
