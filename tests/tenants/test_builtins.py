"""The tenant and application that every instance has."""

from typing import Any

import pytest

from tenants.builtins import after_migrate, ensure_built_ins
from tenants.models import Application, Tenant
from tests.conftest import Together


@pytest.mark.django_db
def test_they_are_there_after_a_migration() -> None:
    application = Application.objects.get(client_id="default")
    assert application.is_first_party and not application.is_confidential
    assert application.scopes == ["account"] and not application.apis.exists()
    assert application.tenant.slug == "default"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("embedded", "registration"), [(True, "open"), (False, "closed")]
)
def test_production_begins_closed(
    settings: Any,
    embedded: bool,
    registration: str,
) -> None:
    Application.objects.all().delete()
    Tenant.objects.all().delete()
    settings.EMBEDDED, settings.TESTING = embedded, False
    tenant = ensure_built_ins().tenant
    assert tenant.registration == registration
    assert tenant.verification_required is not embedded


@pytest.mark.django_db
def test_what_an_operator_changed_stays() -> None:
    Tenant.objects.filter(slug="default").update(registration="closed")
    after_migrate(None, using="default")
    assert Tenant.objects.get(slug="default").registration == "closed"


@pytest.mark.django_db(transaction=True)
def test_several_starts_at_once_make_one(together: Together) -> None:
    Application.objects.all().delete()
    Tenant.objects.all().delete()
    outcomes = together(6, lambda number: ensure_built_ins().pk)
    assert len(set(outcomes)) == 1
    assert Tenant.objects.filter(slug="default").count() == 1
