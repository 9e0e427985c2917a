"""What a tenant says about its look is shown, and the instance's where it says nothing."""

from uuid import uuid4

import pytest

from config import brand
from config.brand import PRODUCT, Brand
from tenants import brands
from tenants.models import Tenant
from tests.factories import TenantFactory

pytestmark = pytest.mark.django_db


def test_without_a_word_it_is_the_instance_s_under_its_own_name() -> None:
    acme = TenantFactory(slug="acme", name="Acme")
    found = brand.brand_of(acme.pk)
    assert found == Brand(name="Acme", stylesheet_path="/account/brand/acme.css")
    assert brands.stylesheet(acme) == ""


@pytest.mark.parametrize("known", [True, False])
def test_no_tenant_is_the_default_one(known: bool) -> None:
    key = None if known else uuid4()
    assert brand.brand_of(key).name == PRODUCT
    Tenant.objects.filter(slug="default").update(brand_name="Ours")
    assert brand.brand_of(key).name == "Ours"
    Tenant.objects.filter(slug="default").update(slug="renamed")
    assert brand.brand_of(key) == Brand()


def test_colours_come_with_text_that_can_be_read_on_them() -> None:
    acme = TenantFactory(accent_color="#8a1c1c", logo_digest="d" * 64)
    found = brands.brand_for(acme)
    assert (found.accent, found.on_accent) == ("#8a1c1c", "#ffffff")
    assert found.on_accent_dark == "#000000"
    assert found.logo_path == f"/account/brand/{acme.slug}/logo?v={'d' * 16}"
    text = brands.stylesheet(acme)
    assert "--accent: #8a1c1c;" in text
    assert f"--accent: {found.accent_dark};" in text.partition("dark")[2]


def test_a_dark_colour_alone_leaves_the_light_pages() -> None:
    acme = TenantFactory(accent_color_dark="#ffcc66")
    assert brands.stylesheet(acme).startswith("@media (prefers-color-scheme: dark)")
    assert brands.brand_for(acme).accent == Brand.accent
