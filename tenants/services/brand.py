"""How a tenant looks: its admins choose a name, colours, a logo and where to ask."""

import hashlib
from typing import TypedDict, Unpack

from django.db import transaction

from accounts import addresses
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from config.errors import InvalidInput
from tenants import colours, logos, validation
from tenants.branded import Logo
from tenants.models import Tenant
from tenants.permissions import Permission, require


class Look(TypedDict, total=False):
    """What can be said about a tenant's look; "" takes the instance's."""

    brand_name: str
    accent_color: str
    accent_color_dark: str
    support_email: str
    support_url: str


def change_brand(
    tenant: Tenant,
    *,
    acting_user: User | None,
    **look: Unpack[Look],
) -> Tenant:
    """Change how a tenant looks; needs `tenant:write`.

    Raises `Forbidden`, and `InvalidInput` also for a colour that text cannot be read in.
    """
    require(acting_user, tenant, Permission.TENANT_WRITE)
    wanted = _checked(look)
    changed = sorted(n for n, v in wanted.items() if getattr(tenant, n) != v)
    if changed:
        with transaction.atomic():
            Tenant.objects.filter(pk=tenant.pk).update(**wanted)
            _record(tenant, acting_user, changed)
    tenant.refresh_from_db()
    return tenant


def set_logo(
    tenant: Tenant,
    *,
    data: bytes,
    content_type: str,
    acting_user: User | None,
) -> Tenant:
    """Store a logo in place of the one before; needs `tenant:write`.

    Raises `Forbidden`, and `InvalidInput` for what is no small PNG, JPEG or WebP.
    """
    require(acting_user, tenant, Permission.TENANT_WRITE)
    logos.checked(data, content_type)
    digest = hashlib.sha256(content_type.encode() + b"\n" + data).hexdigest()
    with transaction.atomic():
        rows = Tenant.objects.filter(pk=tenant.pk).exclude(logo_digest=digest)
        if rows.update(logo_digest=digest):
            kept = {"content_type": content_type, "data": data}
            Logo.objects.update_or_create(tenant_id=tenant.pk, defaults=kept)
            _record(tenant, acting_user, ["logo"])
    tenant.refresh_from_db()
    return tenant


def remove_logo(
    tenant: Tenant,
    *,
    acting_user: User | None,
) -> Tenant:
    """Take a tenant's logo away; nothing if it has none. Needs `tenant:write`."""
    require(acting_user, tenant, Permission.TENANT_WRITE)
    with transaction.atomic():
        rows = Tenant.objects.filter(pk=tenant.pk).exclude(logo_digest="")
        if rows.update(logo_digest=""):
            Logo.objects.filter(tenant_id=tenant.pk).delete()
            _record(tenant, acting_user, ["logo"])
    tenant.refresh_from_db()
    return tenant


def _checked(look: Look) -> dict[str, str]:
    wanted: dict[str, str] = {}
    if "brand_name" in look:
        wanted["brand_name"] = validation.text(
            "brand_name", look["brand_name"], blank=True
        )
    if "accent_color" in look:
        wanted["accent_color"] = colours.accent(
            "accent_color", look["accent_color"], colours.LIGHT
        )
    if "accent_color_dark" in look:
        wanted["accent_color_dark"] = colours.accent(
            "accent_color_dark", look["accent_color_dark"], colours.DARK
        )
    if "support_email" in look:
        wanted["support_email"] = _email(look["support_email"].strip())
    if "support_url" in look:
        wanted["support_url"] = validation.page(
            "support_url", look["support_url"].strip()
        )
    return wanted


def _email(value: str) -> str:
    try:
        return addresses.display(value) if value else ""
    except ValueError as error:
        raise InvalidInput.at("support_email", detail=str(error)) from error


def _record(
    tenant: Tenant,
    acting_user: User | None,
    changed: list[str],
) -> None:
    record(
        Action.TENANT_CHANGED,
        acting=acting_user,
        target=tenant,
        tenant_id=tenant.pk,
        details={"changed": changed},
    )
