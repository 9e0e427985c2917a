"""A tenant's look over HTTP, below `/account/brand/`: public, and nothing but look."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from tenants import brands
from tenants.branded import Logo
from tenants.models import Tenant

_KEPT = "public, max-age=300"


@require_safe
def brand_stylesheet(
    request: HttpRequest,
    slug: str,
) -> HttpResponseBase:
    """Return a tenant's colours as a stylesheet; empty where it has none of its own."""
    text = brands.stylesheet(_tenant(slug)).encode()
    answer = HttpResponse(text, content_type="text/css; charset=utf-8")
    return _kept(request, answer, hashlib.sha256(text).hexdigest())


@require_safe
def brand_logo(
    request: HttpRequest,
    slug: str,
) -> HttpResponseBase:
    """Return a tenant's logo; a browser takes it for nothing but the picture it is."""
    tenant = _tenant(slug)
    logo = Logo.objects.filter(tenant=tenant).first() if tenant.logo_digest else None
    if logo is None:
        raise Http404
    answer = HttpResponse(bytes(logo.data), content_type=logo.content_type)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    return _kept(request, answer, tenant.logo_digest)


def _tenant(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404
    return tenant


def _kept(
    request: HttpRequest,
    answer: HttpResponse,
    digest: str,
) -> HttpResponseBase:
    """Return the answer, or a 304 where the caller has it (RFC 9110 section 13)."""
    etag = f'"{digest[:32]}"'
    answer["ETag"], answer["Cache-Control"] = etag, _KEPT
    said: HttpResponseBase | None
    said = get_conditional_response(request, etag=etag, response=answer)
    return said or answer


urlpatterns = [
    path("brand/<slug:slug>.css", brand_stylesheet, name="brand-stylesheet"),
    path("brand/<slug:slug>/logo", brand_logo, name="brand-logo"),
]
