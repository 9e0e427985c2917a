"""The console's section about tenants."""

import pytest

from accounts.audit.models import Event
from tenants.models import Tenant
from tests.factories import ApplicationFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root, staff

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
