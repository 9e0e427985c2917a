"""A tenant's look over the management API."""

import base64
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.audit.models import Event
from accounts.models import User
from tenants.branded import Logo
from tenants.models import Tenant
from tests.factories import TenantFactory, UserFactory
from tests.tenants.api.conftest import As
from tests.tenants.conftest import Member
from tests.tenants.pictures import png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PICTURE = base64.b64encode(png()).decode()
LOGO = {"content_type": "image/png", "data": PICTURE}
CALLS = [("get", "brand", None), ("patch", "brand", {}), ("put", "brand/logo", LOGO)]
CALLS += [("delete", "brand/logo", None)]


def at(
    tenant: Tenant,
    rest: str = "brand",
) -> str:
    return f"/api/v1/tenants/{tenant.slug}/{rest}"


def test_an_admin_reads_and_changes_the_look(
    manager: APIClient,
    tenant: Tenant,
    settings: Any,
) -> None:
    base = f"{settings.ISSUER}/account/brand/{tenant.slug}"
    plain = {
        **{"brand_name": "", "accent_color": "", "accent_color_dark": ""},
        **{"support_email": "", "support_url": "", "logo_url": ""},
        **{"name": tenant.name, "stylesheet_url": f"{base}.css"},
    }
    assert manager.get(at(tenant)).json() == plain

    sent = {"brand_name": "Acme", "accent_color": "#8A1C1C"}
    answer = manager.patch(at(tenant), sent)
    assert answer.status_code == 200
    assert answer.json() == {
        **plain,
        **{"brand_name": "Acme", "name": "Acme", "accent_color": "#8a1c1c"},
    }


def test_a_colour_that_nobody_can_read_is_refused_with_its_ratio(
    manager: APIClient,
    tenant: Tenant,
) -> None:
    answer = manager.patch(at(tenant), {"accent_color": "#ffdd00"})
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("#/accent_color", "contrast_too_low")
    assert ":1" in fault["detail"] and "darker" in fault["detail"]


def test_a_logo_is_put_shown_and_deleted(
    manager: APIClient,
    client: APIClient,
    tenant: Tenant,
    settings: Any,
) -> None:
    answer = manager.put(at(tenant, "brand/logo"), LOGO)
    assert answer.status_code == 200
    url = answer.json()["logo_url"]
    assert client.get(url.removeprefix(settings.ISSUER)).content == png()
    assert manager.delete(at(tenant, "brand/logo")).status_code == 204
    assert manager.delete(at(tenant, "brand/logo")).status_code == 204
    assert client.get(url.removeprefix(settings.ISSUER)).status_code == 404


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_who_may_not_sees_nothing_and_changes_nothing(
    method: str,
    rest: str,
    body: Any,
    client: APIClient,
    as_user: As,
    member: Member,
    manager: APIClient,
    admin: User,
    tenant: Tenant,
) -> None:
    def status(
        caller: APIClient,
        where: Tenant = tenant,
    ) -> int:
        return int(getattr(caller, method)(at(where, rest), body).status_code)

    disabled = as_user(stranger := UserFactory())
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    assert status(client) == 401
    assert status(disabled) == 401
    assert status(as_user(admin, scopes=("account",))) == 403
    assert status(as_user(UserFactory())) == 404
    assert status(manager, TenantFactory()) == 404
    clerk = as_user(member("tenant:read").user)
    assert status(clerk) == (200 if method == "get" else 403)
    assert not Logo.objects.exists()
    assert not Event.objects.filter(action="tenant:tenant:changed").exists()


STRANGE: list[Any] = [5, True, None, [], {}, "a\x00", "\ud800", "x" * 60_000, "\u202e"]


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize(
    "field",
    [*["accent_color", "accent_color_dark", "support_email", "support_url"], "strange"],
)
def test_a_look_of_another_kind_is_refused(
    field: str,
    value: Any,
    manager: APIClient,
    tenant: Tenant,
) -> None:
    body = json.dumps({"brand_name": "Evil", field: value})
    answer = manager.generic("PATCH", at(tenant), body, content_type="application/json")
    assert answer.status_code == 400
    tenant.refresh_from_db()
    assert tenant.brand_name == ""


SVG = base64.b64encode(b"<svg onload='alert(1)'/>").decode()
POLYGLOT = base64.b64encode(png() + b"<script>alert(1)</script>").decode()
HUGE = base64.b64encode(png(2, 2, (b"tEXt", b"x" * 47_950))).decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"content_type": "image/svg+xml", "data": SVG}, 400),
        ({"content_type": "image/png", "data": SVG}, 400),
        ({"content_type": "image/png", "data": POLYGLOT}, 400),
        ({"content_type": "image/jpeg", "data": PICTURE}, 400),
        ({"content_type": "image/png", "data": "not base64!"}, 400),
        ({"content_type": "image/png", "data": PICTURE + "\n"}, 400),
        ({"content_type": "image/png", "data": ""}, 400),
        ({"content_type": "image/png", "data": HUGE}, 400),
        ({"content_type": "image/png", "data": "A" * 70_000}, 413),
        ({"data": PICTURE}, 400),
        ({**LOGO, "slug": "other"}, 400),
        *(({**LOGO, "data": value}, 400) for value in STRANGE),
        *(({**LOGO, "content_type": value}, 400) for value in STRANGE),
    ],
)
def test_what_is_no_logo_is_refused(
    body: Any,
    status: int,
    manager: APIClient,
    tenant: Tenant,
) -> None:
    path, sent = at(tenant, "brand/logo"), json.dumps(body)
    answer = manager.generic("PUT", path, sent, content_type="application/json")
    assert answer.status_code == status
    assert not Logo.objects.exists()
