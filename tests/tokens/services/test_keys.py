"""Keys: one active per algorithm, published before they sign, encrypted at rest."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from config.errors import Conflict
from tests.factories import SessionFactory
from tokens import keyring, minting
from tokens.models import Revocation, SigningKey
from tokens.services import keys

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    """Return the states of the ES256 keys, oldest first."""
    found = SigningKey.objects.filter(algorithm="ES256").order_by("id")
    return list(found.values_list("state", flat=True))


def test_a_first_start_makes_one_active_key_an_algorithm() -> None:
    keys.ensure_signing_keys()
    assert keys.ensure_signing_keys() == []
    rows = SigningKey.objects.values_list("algorithm", "state")
    assert sorted(rows) == [(a, "active") for a in sorted(keyring.ALGORITHMS)]


def test_the_private_half_is_encrypted_at_rest() -> None:
    keys.ensure_signing_keys()
    for key in SigningKey.objects.all():
        assert "PRIVATE KEY" not in key.private_key
        assert "d" not in key.public_jwk


def test_a_key_signs_only_after_its_publication() -> None:
    keys.ensure_signing_keys()
    keys.rotate_signing_keys(acting_user=None)
    assert states() == ["active", "pending"]
    keys.rotate_signing_keys(acting_user=None)
    assert states() == ["active", "pending"]
    SigningKey.objects.update(created_at=timezone.now() - timedelta(hours=1))
    keys.rotate_signing_keys(acting_user=None)
    assert states() == ["retired", "active"]


def test_a_retired_key_keeps_no_private_half() -> None:
    keys.ensure_signing_keys()
    keys.rotate_signing_keys(acting_user=None, now=True)
    assert SigningKey.objects.get(algorithm="ES256", state="retired").private_key == ""


def test_a_refresh_token_of_a_retired_key_still_refreshes() -> None:
    from tokens.services.refresh import refresh

    keys.ensure_signing_keys()
    token = minting.issue(SessionFactory().sid).refresh_token
    keys.rotate_signing_keys(acting_user=None, now=True)
    assert refresh(token)


def test_revoking_a_key_twice_is_a_conflict_and_one_revocation() -> None:
    keys.ensure_signing_keys()
    key = SigningKey.objects.get(algorithm="ES256")
    keys.revoke_signing_key(key, acting_user=None)
    with pytest.raises(Conflict):
        keys.revoke_signing_key(key, acting_user=None)
    assert Revocation.objects.filter(kind="key").count() == 1
    assert states() == ["revoked", "active"]


def test_long_retired_keys_are_purged() -> None:
    keys.ensure_signing_keys()
    keys.rotate_signing_keys(acting_user=None, now=True)
    long_ago = timezone.now() - timedelta(days=120)
    SigningKey.objects.filter(state="retired").update(
        created_at=long_ago, retired_at=long_ago
    )
    assert keys.purge_retired_keys() == 3
    assert states() == ["active"]


@pytest.mark.django_db(transaction=True)
def test_parallel_first_starts_make_one_key_an_algorithm() -> None:
    barrier = threading.Barrier(4)

    def start(_: int) -> None:
        try:
            barrier.wait()
            keys.ensure_signing_keys()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, range(4)))
    assert SigningKey.objects.count() == 3
