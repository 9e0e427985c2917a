"""What is read by hand is what the ORM reads."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Api, Application, ApplicationApi, ApplicationSecret
from tenants.services import lean, secrets
from tests.factories import ApiFactory, ApplicationFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def service() -> Application:
    made: Application = ApplicationFactory(
        type="service",
        grants=["client_credentials"],
        scopes=["read", "schreiben-\u00e9"],
        jwks={"keys": [{"kty": "EC"}]},
        redirect_uris=["https://app.example.com/callback"],
        is_first_party=True,
        access_token_seconds=120,
    )
    return made


def loaded(row: Application | Api) -> dict[str, object]:
    return {k: v for k, v in vars(row).items() if k != "_state"}


def test_an_application_is_whole_but_for_its_date(service: Application) -> None:
    clear = secrets.issue(service, acting_user=None).clear
    made = secrets.authenticate_secret(service.client_id, clear)
    stored = loaded(Application.objects.get(pk=service.pk))
    created = stored.pop("created_at")
    assert loaded(made) == stored
    assert made == service and made.tenant == service.tenant
    assert made.created_at == created, "read when it is asked for"


def test_apis_are_read_in_the_applications_order(service: Application) -> None:
    own, shared, lost = ApiFactory(tenant=service.tenant), ApiFactory(), ApiFactory()
    shared.shared_with.add(service.tenant, ApplicationFactory().tenant)
    for position, api in enumerate((shared, own, lost)):
        ApplicationApi.objects.create(application=service, api=api, position=position)
    with CaptureQueriesContext(connection) as queries:
        found = lean.apis_of(service)
    assert (found, len(queries)) == ([shared, own], 1), "another tenant's is left out"
    stored = loaded(Api.objects.get(pk=own.pk))
    del stored["created_at"]
    assert loaded(found[1]) == stored


@pytest.mark.parametrize(
    ("ago", "lately"),
    [(None, False), (timedelta(seconds=10), True), (timedelta(minutes=2), False)],
)
def test_a_secret_tells_whether_it_was_used_lately(
    service: Application,
    ago: timedelta | None,
    lately: bool,
) -> None:
    row = secrets.issue(service, acting_user=None).row
    used = timezone.now() - ago if ago is not None else None
    ApplicationSecret.objects.update(last_used_at=used)
    with CaptureQueriesContext(connection) as queries:
        (held,) = lean.live_secrets(service.client_id, lately=MINUTE)
    assert (held.id, held.digest, held.used_lately) == (row.pk, row.digest, lately)
    assert len(queries) == 1


def test_what_is_over_is_not_read(service: Application) -> None:
    rows = [secrets.issue(service, acting_user=None).row for _ in range(3)]
    now = timezone.now()
    secret = ApplicationSecret.objects
    secret.filter(pk=rows[0].pk).update(revoked_at=now)
    secret.filter(pk=rows[1].pk).update(expires_at=now)
    secret.filter(pk=rows[2].pk).update(expires_at=now + MINUTE)
    found = lean.live_secrets(service.client_id, lately=MINUTE)
    assert [held.id for held in found] == [rows[2].pk]


@pytest.mark.parametrize("client_id", ["", "nobody", "a" * 5000, "'; --", "\U0001f600"])
def test_nobody_has_no_secrets(
    service: Application,
    client_id: str,
) -> None:
    secrets.issue(service, acting_user=None)
    assert lean.live_secrets(client_id, lately=MINUTE) == []


def test_a_client_id_is_compared_byte_for_byte(service: Application) -> None:
    secrets.issue(service, acting_user=None)
    for other in (service.client_id.upper(), f"{service.client_id} "):
        assert lean.live_secrets(other, lately=MINUTE) == []


@pytest.mark.parametrize("whose", ["application", "tenant"])
def test_the_suspended_have_no_secrets(
    service: Application,
    whose: str,
) -> None:
    secrets.issue(service, acting_user=None)
    suspended = service if whose == "application" else service.tenant
    type(suspended).objects.filter(pk=suspended.pk).update(suspended_at=timezone.now())
    assert lean.live_secrets(service.client_id, lately=MINUTE) == []
