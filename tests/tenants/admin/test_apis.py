"""The console's section about protected APIs."""

import pytest

from accounts.audit.models import Event
from tenants.models import Api
from tests.factories import ApiFactory, ApplicationFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root

pytestmark = pytest.mark.django_db
LIST = "/admin/tenants/api/"


def test_a_superuser_registers_and_shares_an_api() -> None:
    tenant, other = TenantFactory.create_batch(2)
    form = {
        "tenant": tenant.pk,
        "identifier": "https://orders.example.com",
        "name": "Orders",
        "scopes": "orders:read Read orders\norders:write",
        "shared_with": [other.pk],
    }
    assert console(root()).post(f"{LIST}add/", form).status_code == 302
    api = Api.objects.get(identifier="https://orders.example.com")
    assert api.scopes == [
        {"name": "orders:read", "description": "Read orders"},
        {"name": "orders:write", "description": ""},
    ]
    assert list(api.shared_with.all()) == [other]
    assert Event.objects.filter(action="tenant:api:created").exists()


def test_a_reserved_scope_is_refused_at_its_field() -> None:
    api = ApiFactory.create()
    form = {"name": "Orders", "scopes": "manage everything"}
    answer = console(root()).post(f"{LIST}{api.pk}/change/", form)
    assert "reserved" in str(answer.context["adminform"].form.errors["scopes"])
    api.refresh_from_db()
    assert "orders:read" in api.scope_names


def test_a_page_saved_as_it_was_changes_nothing() -> None:
    api, client = ApiFactory.create(), console(root())
    page = f"{LIST}{api.pk}/change/"
    shown = client.get(page).context["adminform"].form
    form = {"name": api.name, "scopes": shown["scopes"].value()}
    assert form["scopes"] == "orders:read Read orders\norders:write Write orders"
    assert client.post(page, form).status_code == 302
    assert not Event.objects.exists()


def test_an_api_in_use_is_not_deleted() -> None:
    api, client = ApiFactory.create(), console(root())
    application = ApplicationFactory.create(tenant=api.tenant, apis=[api])
    answer = client.post(f"{LIST}{api.pk}/delete-api/")
    assert "Applications use this API" in answer.content.decode()
    application.delete()
    assert client.post(f"{LIST}{api.pk}/delete-api/").status_code == 302
    assert not Api.objects.filter(pk=api.pk).exists()


@pytest.mark.parametrize("path", ["add/", "{key}/change/", "{key}/delete-api/"])
def test_staff_with_every_right_write_nothing(path: str) -> None:
    api = ApiFactory.create()
    client = console(all_rights_but_root())
    assert client.post(LIST + path.format(key=api.pk), {}).status_code == 403
    assert Api.objects.filter(pk=api.pk).exists()
