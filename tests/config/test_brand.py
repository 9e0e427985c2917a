"""A brand is asked of whoever the settings name."""

from typing import Any
from uuid import UUID, uuid4

from django.test import RequestFactory

from config import brand
from config.brand import Brand


def acme(tenant_id: UUID | None) -> Brand:
    """Stand in for who knows the tenants."""
    return Brand(
        name=str(tenant_id),
        logo_path="/account/brand/acme/logo",
        stylesheet_path="/account/brand/acme.css",
    )


def test_whoever_the_setting_names_is_asked(settings: Any) -> None:
    settings.BRAND_RESOLVER = f"{__name__}.acme"
    key = uuid4()

    assert brand.brand_of(key).name == str(key)
    assert brand.page_context(key) == {
        "brand_name": str(key),
        "brand_logo": "/account/brand/acme/logo",
        "brand_stylesheet": "/account/brand/acme.css",
    }


def test_addresses_are_below_the_issuer(settings: Any) -> None:
    found = acme(None)
    assert found.logo_url == f"{settings.ISSUER}/account/brand/acme/logo"
    assert found.stylesheet_url == f"{settings.ISSUER}/account/brand/acme.css"
    assert (Brand().logo_url, Brand().stylesheet_url) == ("", "")


def test_pages_of_accounts_show_the_default_tenants_brand(
    settings: Any,
    rf: RequestFactory,
) -> None:
    settings.BRAND_RESOLVER = f"{__name__}.acme"
    assert brand.for_page(rf.get("/account/login/"))["brand_name"] == "None"
    assert brand.for_page(rf.get("/admin/")) == {}


def test_the_products_own_name_has_its_mark(settings: Any) -> None:
    settings.BRAND_RESOLVER = f"{__name__}.nobodys"
    assert brand.page_context(None)["brand_name"] == ""


def nobodys(tenant_id: UUID | None) -> Brand:
    """Stand in for an instance that nobody dressed."""
    return Brand()
