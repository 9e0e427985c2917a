"""How a tenant looks to the people who sign in: on pages, and in mails.

A leaf that every app may ask. Who knows the tenants answers, by the dotted path in
`BRAND_RESOLVER`: accounts writes mails and may not import tenants.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

PRODUCT = "NTT Authentication Server"


@dataclass(frozen=True)
class Brand:
    """A name, a logo and colours (`#rrggbb`); the defaults are those of `page.css`.

    `logo_path` and `stylesheet_path` are below the issuer, "" where there is none. The
    `_dark` colours are for dark pages.
    """

    name: str = PRODUCT
    logo_path: str = ""
    stylesheet_path: str = ""
    accent: str = "#1d56d0"
    on_accent: str = "#ffffff"
    accent_dark: str = "#8ab0ff"
    on_accent_dark: str = "#000000"
    support_email: str = ""
    support_url: str = ""

    @property
    def logo_url(self) -> str:
        """The logo's whole address, for mails; "" without one."""
        return f"{settings.ISSUER}{self.logo_path}" if self.logo_path else ""

    @property
    def stylesheet_url(self) -> str:
        """The stylesheet's whole address; "" without one."""
        path = self.stylesheet_path
        return f"{settings.ISSUER}{path}" if path else ""


def brand_of(tenant_id: UUID | None) -> Brand:
    """Return a tenant's brand; None, or an unknown tenant, has the default tenant's."""
    resolve = import_string(settings.BRAND_RESOLVER)
    return cast(Callable[[UUID | None], Brand], resolve)(tenant_id)


def for_page(request: HttpRequest) -> dict[str, Any]:
    """Return the brand of a hosted page (a context processor): the default tenant's.

    A page of another tenant's sign-in passes its own `page_context`.
    """
    ours = request.path.startswith(("/account/", "/oauth/"))
    return page_context(None) if ours else {}


def page_context(tenant_id: UUID | None) -> dict[str, Any]:
    """Return what the pages' base template shows; addresses are of the same origin.

    Under the product's own name the template has the product's own mark.
    """
    brand = brand_of(tenant_id)
    return {
        "brand_name": brand.name if brand.name != PRODUCT else "",
        "brand_logo": brand.logo_path,
        "brand_stylesheet": brand.stylesheet_path,
    }
