"""A tenant's admins choose its look, and the trail says who did."""

import hashlib
from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.models import User
from config.errors import Forbidden, InvalidInput, NotFound
from tenants.branded import Logo
from tenants.models import Tenant
from tenants.services.brand import change_brand, remove_logo, set_logo
from tests.conftest import Together
from tests.factories import TenantFactory, UserFactory
from tests.tenants.pictures import jpeg, png

pytestmark = pytest.mark.django_db


def told() -> list[Any]:
    return [e.details for e in Event.objects.filter(action="tenant:tenant:changed")]


def test_an_admin_changes_the_look_and_only_the_change_is_told(
    tenant: Tenant,
    admin: User,
) -> None:
    look: dict[str, Any] = {
        "brand_name": " Acme ",
        "accent_color": "#8A1C1C",
        "accent_color_dark": "#ffcc66",
        "support_email": "help@acme.example",
        "support_url": "https://acme.example/help?a=b",
    }
    change_brand(tenant, acting_user=admin, **look)
    change_brand(tenant, acting_user=admin, **look)
    change_brand(tenant, acting_user=admin, support_url="")
    assert (tenant.brand_name, tenant.accent_color) == ("Acme", "#8a1c1c")
    assert told() == [{"changed": ["support_url"]}, {"changed": sorted(look)}]
    assert Event.objects.filter(tenant_id=tenant.pk, actor_id=str(admin.pk)).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("brand_name", "a\nb"),
        ("brand_name", "x" * 151),
        ("accent_color", "#ffff00"),
        ("accent_color_dark", "#000000"),
        ("support_email", "no address"),
        ("support_email", "a@x.io\r\nBcc: b@x.io"),
        ("support_url", "http://acme.example"),
        ("support_url", "javascript:alert(1)"),
        ("support_url", "https://user@acme.example/"),
        ("support_url", 'https://acme.example/"><script>'),
        ("support_url", "https://acme.example/" + "x" * 255),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    field: str,
    value: str,
    tenant: Tenant,
    admin: User,
) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_brand(tenant, acting_user=admin, **{field: value})
    assert refused.value.errors[0].pointer == f"#/{field}"
    tenant.refresh_from_db()
    assert (getattr(tenant, field), told()) == ("", [])


def test_a_logo_is_stored_replaced_and_taken_away(
    tenant: Tenant,
    admin: User,
) -> None:
    set_logo(tenant, data=png(), content_type="image/png", acting_user=admin)
    first = tenant.logo_digest
    set_logo(tenant, data=png(), content_type="image/png", acting_user=admin)
    set_logo(tenant, data=jpeg(), content_type="image/jpeg", acting_user=admin)
    assert tenant.logo_digest not in ("", first)
    kept = Logo.objects.get()
    assert (kept.tenant, kept.content_type) == (tenant, "image/jpeg")
    assert bytes(kept.data) == jpeg()
    remove_logo(tenant, acting_user=admin)
    remove_logo(tenant, acting_user=admin)
    assert (tenant.logo_digest, Logo.objects.count()) == ("", 0)
    assert told() == [{"changed": ["logo"]}] * 3


@pytest.mark.django_db(transaction=True)
def test_two_who_give_a_logo_at_once_leave_one_whole(together: Together) -> None:
    acme = TenantFactory()
    pictures = [png(side, side) for side in range(2, 6)]

    def give(number: int) -> Tenant:
        tenant = Tenant.objects.get(pk=acme.pk)
        picture = pictures[number]
        return set_logo(
            tenant, data=picture, content_type="image/png", acting_user=None
        )

    answers = together(4, give)
    assert [a for a in answers if isinstance(a, Exception)] == []
    kept = bytes(Logo.objects.get(tenant=acme).data)
    acme.refresh_from_db()
    told = hashlib.sha256(b"image/png\n" + kept).hexdigest()
    assert acme.logo_digest == told


def test_strangers_and_other_tenants_admins_change_nothing(
    tenant: Tenant,
    admin: User,
) -> None:
    other = TenantFactory()
    for who, where in ((admin, other), (UserFactory(), tenant)):
        with pytest.raises((Forbidden, NotFound)):
            change_brand(where, acting_user=who, brand_name="Evil")
        with pytest.raises((Forbidden, NotFound)):
            set_logo(where, data=png(), content_type="image/png", acting_user=who)
        with pytest.raises((Forbidden, NotFound)):
            remove_logo(where, acting_user=who)
    assert told() == []
