"""Client secrets: shown once, several at once, refused in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from config.errors import Conflict, InvalidInput, NotFound
from tenants.errors import InvalidClient
from tenants.models import Application, ApplicationSecret, Tenant
from tenants.services import applications, secrets
from tests.factories import ApplicationFactory, UserFactory
from tests.tenants.clientkeys import keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(tenant: Tenant) -> Application:
    """A confidential application."""
    made: Application = ApplicationFactory(
        tenant=tenant, type="service", is_first_party=False, scopes=[]
    )
    return made


def test_a_secret_is_random_and_stored_hashed(
    service: Application,
    admin: User,
) -> None:
    issued = secrets.rotate_secret(service, acting_user=admin)
    assert issued.clear.startswith("ntts_") and len(issued.clear) == 48
    row = ApplicationSecret.objects.get()
    assert issued.clear not in str(vars(row)) and row.hint == issued.clear[-4:]
    assert secrets.authenticate_secret(service.client_id, issued.clear) == service


def test_a_rotation_leaves_the_old_secret_for_the_overlap(
    service: Application,
) -> None:
    old = secrets.rotate_secret(service, acting_user=None)
    new = secrets.rotate_secret(service, acting_user=None, overlap=60)
    for issued in (old, new):
        assert secrets.authenticate_secret(service.client_id, issued.clear)
    old.row.refresh_from_db()
    assert old.row.expires_at
    assert timedelta(0) < old.row.expires_at - timezone.now() <= timedelta(minutes=1)
    secrets.rotate_secret(service, acting_user=None)
    until = ApplicationSecret.objects.get(pk=old.row.pk).expires_at
    assert until == old.row.expires_at, "a later rotation gives no more time"


def test_without_overlap_the_old_secret_is_dead_at_once(service: Application) -> None:
    old = secrets.rotate_secret(service, acting_user=None)
    secrets.rotate_secret(service, acting_user=None, overlap=0)
    with pytest.raises(InvalidClient):
        secrets.authenticate_secret(service.client_id, old.clear)


def test_a_revoked_secret_is_dead_at_once(
    service: Application,
    admin: User,
) -> None:
    issued = secrets.rotate_secret(service, acting_user=None)
    for _ in range(2):
        secrets.revoke_secret(service, secret_id=issued.row.pk, acting_user=admin)
    with pytest.raises(InvalidClient):
        secrets.authenticate_secret(service.client_id, issued.clear)
    with pytest.raises(NotFound):
        secrets.revoke_secret(
            ApplicationFactory(), secret_id=issued.row.pk, acting_user=None
        )


@pytest.mark.parametrize("secret", ["", "ntts_", "\ud800", "x" * 100_000, "a\x00"])
def test_a_wrong_secret_is_refused(
    service: Application,
    secret: str,
) -> None:
    secrets.rotate_secret(service, acting_user=None)
    with pytest.raises(InvalidClient):
        secrets.authenticate_secret(service.client_id, secret)


def test_a_secret_is_good_for_its_own_live_application_only(
    service: Application,
    tenant: Tenant,
) -> None:
    issued = secrets.rotate_secret(service, acting_user=None)
    with pytest.raises(InvalidClient):
        secrets.authenticate_secret(ApplicationFactory().client_id, issued.clear)
    for model in (Application, Tenant):
        model.objects.update(suspended_at=timezone.now())
        with pytest.raises(InvalidClient):
            secrets.authenticate_secret(service.client_id, issued.clear)
        model.objects.update(suspended_at=None)
    assert secrets.authenticate_secret(service.client_id, issued.clear)


def test_the_last_use_is_noted_once_a_minute(service: Application) -> None:
    issued = secrets.rotate_secret(service, acting_user=None)
    rows = ApplicationSecret.objects.filter(pk=issued.row.pk)
    secrets.authenticate_secret(service.client_id, issued.clear)
    first = rows.get().last_used_at
    secrets.authenticate_secret(service.client_id, issued.clear)
    assert first and rows.get().last_used_at == first
    rows.update(last_used_at=first - timedelta(minutes=2))
    secrets.authenticate_secret(service.client_id, issued.clear)
    assert rows.get().last_used_at >= first  # type: ignore[operator]


@pytest.mark.parametrize("overlap", [-1, 10**12])
def test_unreasonable_overlaps_are_refused(
    service: Application,
    overlap: int,
) -> None:
    with pytest.raises(InvalidInput):
        secrets.rotate_secret(service, acting_user=None, overlap=overlap)


def test_a_public_application_and_a_stranger_get_no_secret(
    service: Application,
) -> None:
    with pytest.raises(Conflict):
        secrets.rotate_secret(ApplicationFactory(type="spa"), acting_user=None)
    with pytest.raises(NotFound):
        secrets.rotate_secret(service, acting_user=UserFactory())
    assert not ApplicationSecret.objects.exists()


def test_a_secret_is_dead_while_its_application_proves_itself_by_key(
    service: Application,
) -> None:
    issued = secrets.rotate_secret(service, acting_user=None)
    signing = {"client_authentication": "private_key_jwt", "jwks": keys()}
    applications.change_application(
        service, acting_user=None, **signing  # type: ignore[arg-type]
    )
    with pytest.raises(InvalidClient):
        secrets.authenticate_secret(service.client_id, issued.clear)
    with pytest.raises(Conflict, match="own key"):
        secrets.rotate_secret(service, acting_user=None)
    assert ApplicationSecret.objects.count() == 1


def test_at_most_ten_secrets_live_at_once(service: Application) -> None:
    mine = ApplicationSecret.objects.filter(application=service)
    while mine.count() < secrets.MOST_LIVE:
        secrets.rotate_secret(service, acting_user=None)
    with pytest.raises(Conflict, match="Ten secrets"):
        secrets.rotate_secret(service, acting_user=None)
    assert mine.count() == secrets.MOST_LIVE
    assert secrets.rotate_secret(service, overlap=0, acting_user=None)
