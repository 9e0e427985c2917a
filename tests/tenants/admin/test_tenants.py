"""The console's section about tenants."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.audit.models import Event
from tenants.branded import Logo
from tenants.models import Tenant
from tests.factories import ApplicationFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root, staff
from tests.tenants.pictures import png

pytestmark = pytest.mark.django_db
LIST = "/admin/tenants/tenant/"
FORM = {"slug": "acme", "name": "Acme", "registration": "open"}


def test_a_superuser_makes_a_tenant_through_the_service() -> None:
    operator = root()
    answer = console(operator).post(f"{LIST}add/", FORM)
    tenant = Tenant.objects.get(slug="acme")
    assert answer["Location"] == LIST
    assert (tenant.name, tenant.registration) == ("Acme", "open")
    assert not tenant.verification_required
    event = Event.objects.get(action="tenant:tenant:created")
    assert (event.actor_id, event.tenant_id) == (str(operator.pk), tenant.pk)


@pytest.mark.parametrize(
    "slug,complaint",
    [("Not A Slug!", "lower-case"), ("taken", "already exists"), ("", "required")],
)
def test_a_refused_slug_is_told_at_its_field(
    slug: str,
    complaint: str,
) -> None:
    TenantFactory.create(slug="taken")
    before = Tenant.objects.count()
    answer = console(root()).post(f"{LIST}add/", {**FORM, "slug": slug})
    assert answer.status_code == 200
    assert complaint in str(answer.context["adminform"].form.errors["slug"])
    assert Tenant.objects.count() == before
    assert not Event.objects.exists()


def test_a_change_goes_through_the_service_and_the_slug_stays() -> None:
    tenant = TenantFactory.create(slug="acme")
    form = {**FORM, "slug": "other", "name": "Acme Ltd", "epoch": "9"}
    console(root()).post(f"{LIST}{tenant.pk}/change/", form)
    tenant.refresh_from_db()
    assert (tenant.slug, tenant.name, tenant.epoch) == ("acme", "Acme Ltd", 0)
    event = Event.objects.get(action="tenant:tenant:changed")
    assert event.details == {"changed": ["name"]}


def test_suspend_and_resume() -> None:
    tenant, client = TenantFactory.create(), console(root())
    assert client.post(f"{LIST}{tenant.pk}/suspend/").status_code == 302
    tenant.refresh_from_db()
    assert tenant.suspended_at
    assert tenant.epoch == 1
    assert client.post(f"{LIST}{tenant.pk}/resume/").status_code == 302
    tenant.refresh_from_db()
    assert tenant.suspended_at is None


def test_the_built_in_tenant_is_not_suspended() -> None:
    tenant = Tenant.objects.get(slug="default")
    answer = console(root()).post(f"{LIST}{tenant.pk}/suspend/")
    assert "built-in" in answer.content.decode()
    tenant.refresh_from_db()
    assert tenant.suspended_at is None


@pytest.mark.parametrize("path", ["add/", "{key}/change/", "{key}/suspend/"])
def test_staff_with_every_right_write_nothing(path: str) -> None:
    tenant = TenantFactory.create()
    before = list(Tenant.objects.order_by("pk").values())
    client = console(all_rights_but_root())
    assert client.post(LIST + path.format(key=tenant.pk), FORM).status_code == 403
    assert list(Tenant.objects.order_by("pk").values()) == before


def test_the_page_shows_applications_to_whoever_may_see_them() -> None:
    tenant = TenantFactory.create()
    ApplicationFactory.create(tenant=tenant, client_id="shop-client")
    page = f"{LIST}{tenant.pk}/change/"
    assert "shop-client" in console(root()).get(page).content.decode()
    shown = console(staff("tenants.view_tenant")).get(page).content.decode()
    assert "shop-client" not in shown


@pytest.mark.parametrize("term", ["acme", "Acme Ltd", "{key}"])
def test_a_tenant_is_found_by_slug_name_or_id(term: str) -> None:
    tenant = TenantFactory.create(slug="acme", name="Acme Ltd")
    TenantFactory.create(slug="other")
    answer = console(root()).get(LIST, {"q": term.format(key=tenant.pk)})
    assert list(answer.context["cl"].result_list) == [tenant]


def test_a_second_factor_is_asked_for_through_the_service() -> None:
    tenant = TenantFactory.create()
    form = {"name": tenant.name, "registration": "open", "mfa_required": "on"}
    console(root()).post(f"{LIST}{tenant.pk}/change/", form)
    tenant.refresh_from_db()
    assert tenant.mfa_required
    assert Event.objects.get(action="tenant:tenant:changed").details == {
        "changed": ["mfa_required"]
    }


def test_a_look_is_given_through_the_services() -> None:
    tenant, operator = TenantFactory.create(slug="acme", name="Acme"), root()
    client, path = console(operator), f"{LIST}%s/change/"
    logo = SimpleUploadedFile("x.svg", png(), content_type="image/svg+xml")
    form = {**FORM, "brand_name": "Acme Shop", "accent_color": "#8a1c1c", "logo": logo}
    assert client.post(path % tenant.pk, form).status_code == 302
    tenant.refresh_from_db()
    assert (tenant.brand_name, tenant.accent_color) == ("Acme Shop", "#8a1c1c")
    assert Logo.objects.get().content_type == "image/png"
    assert Event.objects.filter(actor_id=str(operator.pk)).count() == 2

    assert "remove_logo" in client.get(path % tenant.pk).content.decode()
    client.post(path % tenant.pk, {**FORM, "remove_logo": "on"})
    assert not Logo.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent_color", "#ffff00"),
        ("support_url", "http://x"),
        ("logo", SimpleUploadedFile("x.png", b"<svg/>")),
        ("logo", SimpleUploadedFile("x.png", png() + b"x" * 50_000)),
    ],
)
def test_a_look_that_does_not_fit_is_told_at_its_field_and_nothing_changes(
    field: str,
    value: object,
) -> None:
    tenant = TenantFactory.create(slug="acme", name="Acme")
    form = {**FORM, "name": "Other", field: value}
    answer = console(root()).post(f"{LIST}{tenant.pk}/change/", form)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors[field]
    tenant.refresh_from_db()
    assert (tenant.name, tenant.accent_color) == ("Acme", "")
    assert not Event.objects.exists()


def test_staff_who_may_only_look_see_no_upload() -> None:
    tenant = TenantFactory.create()
    page = console(staff("tenants.view_tenant")).get(f"{LIST}{tenant.pk}/change/")
    assert page.status_code == 200
    assert 'type="file"' not in page.content.decode()
