"""A tenant's look over the management API."""

import base64
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.requests import caller, given
from config.errors import InvalidInput
from config.openapi import operation
from config.serializers import StrictCharField, StrictChoiceField, StrictSerializer
from tenants import brands, logos
from tenants.api.permissions import visible
from tenants.api.scoped import ManageView
from tenants.models import Tenant
from tenants.permissions import Permission
from tenants.services import brand

_BASE64 = (logos.MOST_BYTES + 2) // 3 * 4


def _line(longest: int) -> StrictCharField:
    return StrictCharField(max_length=longest, allow_blank=True, required=False)


class BrandChange(StrictSerializer):
    """What an admin may change about a tenant's look; "" takes the instance's."""

    brand_name = _line(150)
    accent_color = _line(7)
    accent_color_dark = _line(7)
    support_email = _line(254)
    support_url = _line(255)


class LogoInput(StrictSerializer):
    """A picture of up to 48,000 bytes in base64 (RFC 4648 section 4)."""

    content_type = StrictChoiceField(choices=logos.TYPES)
    data = StrictCharField(max_length=_BASE64)  # type: ignore[assignment]


class BrandOutput(serializers.Serializer[Any]):
    """A tenant's look: as stored, and what people see (`name` and the two addresses)."""

    brand_name = serializers.CharField(allow_blank=True)
    accent_color = serializers.CharField(allow_blank=True)
    accent_color_dark = serializers.CharField(allow_blank=True)
    support_email = serializers.CharField(allow_blank=True)
    support_url = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    logo_url = serializers.CharField(allow_blank=True)
    stylesheet_url = serializers.CharField()


def _shown(tenant: Tenant) -> Response:
    seen = brands.brand_for(tenant)
    stored = {name: getattr(tenant, name) for name in brand.Look.__annotations__}
    told = {
        **stored,
        "name": seen.name,
        "logo_url": seen.logo_url,
        "stylesheet_url": seen.stylesheet_url,
    }
    return Response(BrandOutput(told).data)


class BrandView(ManageView):
    """How a tenant looks on the account pages and in mails."""

    @operation("getBrand", gives=BrandOutput)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Return a tenant's look."""
        return _shown(visible(request, slug, Permission.TENANT_READ))

    @operation("updateBrand", takes=BrandChange, gives=BrandOutput)
    def patch(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Change the name, colours or support; a colour must be readable (4.5:1)."""
        tenant = visible(request, slug, Permission.TENANT_WRITE)
        values = given(BrandChange, request)
        return _shown(brand.change_brand(tenant, acting_user=caller(request), **values))


class LogoView(ManageView):
    """A tenant's logo."""

    @operation("putLogo", takes=LogoInput, gives=BrandOutput)
    def put(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Store a PNG, JPEG or WebP of at most 1024 by 1024 pixels; SVG is refused."""
        tenant = visible(request, slug, Permission.TENANT_WRITE)
        values = given(LogoInput, request)
        values["data"] = _decoded(values["data"])
        return _shown(brand.set_logo(tenant, acting_user=caller(request), **values))

    @operation("deleteLogo", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Take the logo away."""
        tenant = visible(request, slug, Permission.TENANT_WRITE)
        brand.remove_logo(tenant, acting_user=caller(request))
        return Response(status=204)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise InvalidInput.at("data", detail="Expected base64 (RFC 4648).") from None
