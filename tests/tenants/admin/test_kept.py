"""What the console's sections about tenants have in common."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.utils import timezone

from social.models import Connection
from tenants.admin.kept import KeptAdmin
from tenants.models import Membership
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    InvitationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
)
from tests.operators import console, root

pytestmark = pytest.mark.django_db
FACTORIES: list[Any] = [
    *(TenantFactory, ApiFactory, ApplicationFactory, RoleFactory, MembershipFactory),
    InvitationFactory,
]
KEPT = [
    *[(TenantFactory, "slug"), (ApiFactory, "tenant"), (ApiFactory, "identifier")],
    *[(ApplicationFactory, "tenant"), (ApplicationFactory, "type")],
    *[(RoleFactory, "tenant"), (MembershipFactory, "tenant")],
    *[(MembershipFactory, "user"), (InvitationFactory, "email")],
]
each = pytest.mark.parametrize("factory", FACTORIES, ids=lambda f: f.__name__)


def section(factory: Any) -> str:
    """Return the path of the section about what a factory makes."""
    return f"/admin/tenants/{factory._meta.model._meta.model_name}/"


def fields(path: str) -> tuple[set[str], set[str]]:
    """Return what a page lets one write, and what it only shows."""
    form = console(root()).get(path).context["adminform"]
    return set(form.form.fields), set(form.readonly_fields)


def test_these_are_all_the_sections_there_are() -> None:
    found = {
        model
        for model, registered in admin.site._registry.items()
        if isinstance(registered, KeptAdmin)
    }
    assert found == {factory._meta.model for factory in FACTORIES} | {Connection}


@pytest.mark.parametrize(("factory", "name"), KEPT)
def test_what_is_kept_is_written_on_the_first_day_only(
    factory: Any,
    name: str,
) -> None:
    made = factory()
    written, shown = fields(f"{section(factory)}add/")
    assert name in written and name not in shown
    written, shown = fields(f"{section(factory)}{made.pk}/change/")
    assert name in shown and name not in written


@each
def test_what_the_server_sets_is_shown_and_never_written(factory: Any) -> None:
    made = factory()
    written, shown = fields(f"{section(factory)}add/")
    assert not {"id", "created_at"} & (written | shown)
    written, shown = fields(f"{section(factory)}{made.pk}/change/")
    assert {"id", "created_at"} <= shown
    assert not {"id", "created_at", "epoch", "suspended_at"} & written


@pytest.mark.parametrize(
    ("traits", "state"),
    [({}, "live"), ({"suspended_at": timezone.now()}, "suspended")],
)
@pytest.mark.parametrize(
    "factory",
    [TenantFactory, ApplicationFactory, MembershipFactory],
    ids=lambda f: f.__name__,
)
def test_a_row_and_a_page_tell_whether_it_is_suspended(
    factory: Any,
    traits: dict[str, Any],
    state: str,
) -> None:
    made = factory(**traits)
    client = console(root())
    for path in (
        f"{section(factory)}?q={made.pk}",
        f"{section(factory)}{made.pk}/change/",
    ):
        page = client.get(path).content.decode()
        other = {"live": "suspended", "suspended": "live"}[state]
        assert f">{state}<" in "".join(page.split())
        assert f">{other}<" not in "".join(page.split())


def test_a_member_whose_time_is_over_is_not_called_live() -> None:
    member: Membership = MembershipFactory(
        expires_at=timezone.now() - timedelta(days=1)
    )
    path = f"{section(MembershipFactory)}?q={member.pk}"
    page = "".join(console(root()).get(path).content.decode().split())
    assert ">expired<" in page and ">live<" not in page
