"""In the console, superusers say which service manages."""

import pytest

from tenants.models import Application
from tests.factories import TenantFactory
from tests.operators import all_rights_but_root, console, root, staff
from tests.tenants.admin.test_applications import LIST, form_of
from tests.tenants.managers import built_in, manager_of

pytestmark = pytest.mark.django_db


def test_a_superuser_gives_the_right_and_takes_it() -> None:
    application = manager_of(TenantFactory.create(), "")
    page, client = f"{LIST}{application.pk}/change/", console(root())
    form = form_of(is_first_party="on", grants=["client_credentials"])
    for right in ("tenant", ""):
        assert client.post(page, {**form, "manages": right}).status_code == 302
        application.refresh_from_db()
        assert application.manages == right
    assert "with its secret alone" in client.get(page).content.decode()


def test_what_may_not_manage_is_told_so_at_the_field() -> None:
    application = manager_of(TenantFactory.create(), "")
    page, client = f"{LIST}{application.pk}/change/", console(root())
    form = form_of(is_first_party="on", grants=["client_credentials"])
    answer = client.post(page, {**form, "manages": "instance"})
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert "built-in tenant" in str(errors["manages"])


def test_nobody_else_does() -> None:
    application = manager_of(TenantFactory.create(), "")
    page, client = f"{LIST}{application.pk}/change/", console(all_rights_but_root())
    form = form_of(is_first_party="on", grants=["client_credentials"])
    client.post(page, {**form, "manages": "tenant"})
    console(staff()).post(page, {**form, "manages": "tenant"})
    assert Application.objects.get(pk=application.pk).manages == ""


def test_the_list_tells_what_manages() -> None:
    """A secret that opens everything is seen at a glance."""
    manager_of(built_in(), "instance", name="Desk")
    manager_of(TenantFactory.create(), "", name="Till")
    section = console(root()).get(LIST).context["cl"].model_admin
    assert "manager" in section.list_display
    told = {each.name: section.manager(each) for each in Application.objects.all()}
    assert (told["Desk"], told["Till"]) == ("the whole instance", None)
