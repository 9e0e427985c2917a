"""A tenant's brand as pages and mails show it; `config.brand` asks here."""

from uuid import UUID

from config.brand import PRODUCT, Brand
from tenants import colours
from tenants.models import BUILT_IN, Tenant


def brand_of(tenant_id: UUID | None) -> Brand:
    """Return a tenant's brand; None, or an unknown tenant, has the default tenant's."""
    rows = Tenant.objects.all()
    tenant = rows.filter(pk=tenant_id).first() if tenant_id else None
    tenant = tenant or rows.filter(slug=BUILT_IN).first()
    return brand_for(tenant) if tenant else Brand()


def brand_for(tenant: Tenant) -> Brand:
    """Return the brand of a tenant; what it says nothing about is the instance's."""
    path, digest = f"/account/brand/{tenant.slug}", tenant.logo_digest
    light, dark = accents(tenant)
    return Brand(
        name=tenant.brand_name or (PRODUCT if tenant.is_built_in else tenant.name),
        logo_path=f"{path}/logo?v={digest[:16]}" if digest else "",
        stylesheet_path=f"{path}.css",
        accent=light or Brand.accent,
        on_accent=colours.text_on(light or Brand.accent),
        accent_dark=dark or Brand.accent_dark,
        on_accent_dark=colours.text_on(dark or Brand.accent_dark),
        support_email=tenant.support_email,
        support_url=tenant.support_url,
    )


def accents(tenant: Tenant) -> tuple[str, str]:
    """Return the colours for light and dark pages, "" where the instance's is taken.

    A light one alone is lightened for dark pages.
    """
    light = tenant.accent_color
    return light, tenant.accent_color_dark or (colours.lifted(light) if light else "")


def stylesheet(tenant: Tenant) -> str:
    """Return the colours as custom properties, those of `page.css`."""
    light, dark = accents(tenant)
    rules = ""
    if light:
        strong = colours.mixed(light, colours.BLACK, 0.2)
        rules += _properties(light, strong)
    if dark:
        strong = colours.mixed(dark, colours.WHITE, 0.3)
        rules += (
            f"@media (prefers-color-scheme: dark) {{\n{_properties(dark, strong)}}}\n"
        )
    return rules


def _properties(
    accent: str,
    strong: str,
) -> str:
    return (
        f":root {{\n  --accent: {accent};\n  --accent-strong: {strong};\n"
        f"  --on-accent: {colours.text_on(accent)};\n}}\n"
    )
