"""Connections, identities, attempts."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.encryption import encrypt
from config.errors import Unavailable
from social.models import Attempt, Connection, Identity
from tests.factories import ConnectionFactory, IdentityFactory, TenantFactory

pytestmark = pytest.mark.django_db


def test_a_tenant_has_its_own_connections_and_everybodys() -> None:
    tenant = TenantFactory()
    everybodys = ConnectionFactory()
    own = ConnectionFactory(tenant=tenant)
    ConnectionFactory(tenant=TenantFactory())
    ConnectionFactory(suspended_at=timezone.now())
    assert list(Connection.objects.open_to(tenant.pk)) == [everybodys, own]


def test_an_id_is_one_connections() -> None:
    ConnectionFactory(provider_id="github")
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnectionFactory(provider_id="github", tenant=TenantFactory())


def test_a_subject_is_one_persons_and_spelled_exactly() -> None:
    first = IdentityFactory(subject="abc")
    IdentityFactory(connection=first.connection, subject="ABC")
    IdentityFactory(connection=first.connection, subject="abc ")
    IdentityFactory(subject="abc")
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityFactory(connection=first.connection, subject="abc")


def test_a_secret_is_read_with_its_key_only() -> None:
    made = ConnectionFactory(client_secret=encrypt("of-the-client"))
    assert made.secret == "of-the-client" not in made.client_secret
    assert Connection(client_secret="").secret == ""
    with pytest.raises(Unavailable):
        _ = Connection(client_secret="broken").secret


def test_what_goes_takes_what_hangs_on_it() -> None:
    identity = IdentityFactory()
    identity.connection.delete()
    assert not Identity.objects.exists()


def test_they_say_what_they_are() -> None:
    identity = IdentityFactory(
        subject="u-1", connection=ConnectionFactory(provider_id="github")
    )
    assert str(identity) == "u-1 at github"
    assert str(Attempt(connection=identity.connection)).startswith("to github 20")
