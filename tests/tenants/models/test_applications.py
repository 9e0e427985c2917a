"""What an application is before anybody says more of it."""

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from tenants.models import Application, ApplicationApi
from tests.factories import ApiFactory, ApplicationFactory, TenantFactory

pytestmark = pytest.mark.django_db


def test_a_new_application_is_trusted_with_nothing() -> None:
    tenant = TenantFactory()
    made = Application.objects.create(tenant=tenant, client_id="x", type="spa")
    assert not made.is_first_party
    assert (
        made.scopes == made.grants == made.redirect_uris == made.allowed_origins == []
    )
    assert made.signing_algorithm == "ES256"


def test_an_application_names_an_api_once() -> None:
    api = ApiFactory()
    application = ApplicationFactory(tenant=api.tenant, apis=[api])
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationApi.objects.create(application=application, api=api)


@pytest.mark.parametrize(
    ("type", "confidential"),
    [("web", True), ("service", True), ("spa", False), ("native", False)],
)
def test_only_a_server_keeps_a_secret(
    type: str,
    confidential: bool,
) -> None:
    assert ApplicationFactory(type=type).is_confidential is confidential


def test_lifetimes_are_its_own_or_the_instances() -> None:
    plain = ApplicationFactory()
    assert (plain.access_seconds, plain.idle_seconds, plain.absolute_seconds) == (
        settings.ACCESS_TOKEN_SECONDS,
        settings.SESSION_IDLE_SECONDS,
        settings.SESSION_ABSOLUTE_SECONDS,
    )
    own = ApplicationFactory(
        access_token_seconds=1, session_idle_seconds=2, session_absolute_seconds=3
    )
    assert (own.access_seconds, own.idle_seconds, own.absolute_seconds) == (1, 2, 3)
