"""The key ring: named by content, sealed at rest, read again only when it moved."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jwt.algorithms import get_default_algorithms

from config.encryption import decrypt
from config.errors import Unavailable
from tests.conftest import Together
from tokens import feed, keyring
from tokens.models import SigningKey
from tokens.services import feed as feeds
from tokens.services import keys as services

pytestmark = pytest.mark.django_db

RFC_7638 = {  # section 3.1
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxu"
    "hDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf"
    "0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91C"
    "bOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-cs"
    "FCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
RFC_8037 = {  # appendix A.3
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
RFC_9449 = {  # section 6.1 has the key's thumbprint as `jkt`
    "kty": "EC",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    "crv": "P-256",
}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def published(ring: keyring.KeyRing) -> set[str]:
    """Return the kids in the JWKS of a ring."""
    return {key["kid"] for key in json.loads(ring.jwks)["keys"]}


@pytest.mark.parametrize(
    ("jwk", "thumbprint"),
    [
        (RFC_7638, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (RFC_8037, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        (RFC_9449, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
    ],
)
def test_a_thumbprint_is_what_the_rfcs_compute(
    jwk: dict[str, Any],
    thumbprint: str,
) -> None:
    assert keyring.thumbprint(jwk) == thumbprint


@pytest.mark.parametrize("algorithm", keyring.ALGORITHMS)
def test_a_new_pair_fits_together_and_its_public_half_is_only_public(
    algorithm: str,
) -> None:
    jwk, sealed = keyring.generate(algorithm)
    assert not PRIVATE & set(jwk)
    assert (jwk["use"], jwk["alg"]) == ("sig", algorithm)
    assert jwk["kid"] == keyring.thumbprint(jwk)
    pem = decrypt(sealed).encode()
    private: Any = serialization.load_pem_private_key(pem, password=None)
    signer = get_default_algorithms()[algorithm]
    assert signer.verify(b"said", jwt.PyJWK(jwk).key, signer.sign(b"said", private))


def test_two_pairs_are_never_the_same() -> None:
    assert keyring.generate("ES256")[0]["kid"] != keyring.generate("ES256")[0]["kid"]


@pytest.mark.parametrize("algorithm", ["HS256", "none", "ES384", "RS1", ""])
def test_no_other_algorithm_can_enter_the_ring(algorithm: str) -> None:
    with pytest.raises(ValueError, match="none of"):
        keyring.generate(algorithm)


def test_a_database_alone_cannot_sign(settings: Any) -> None:
    services.ensure_signing_keys()
    settings.ENCRYPTION_KEYS = ["of another instance"]
    with pytest.raises(Unavailable):
        keyring.current()


def test_an_empty_ring_refuses_to_sign() -> None:
    with pytest.raises(Unavailable, match="no active ES256"):
        keyring.current().signer("ES256")


def test_a_pending_key_is_published_and_verifies_but_does_not_sign(keys: None) -> None:
    active = keyring.current().signing["ES256"].kid
    services.rotate_signing_keys(acting_user=None)
    pending = SigningKey.objects.get(algorithm="ES256", state="pending").kid
    ring = keyring.current()
    assert pending in published(ring) and pending in ring.verifying
    assert ring.signer("ES256").kid == active


def test_a_retired_key_verifies_without_its_private_half(keys: None) -> None:
    old = keyring.current().signer("ES256").kid
    services.rotate_signing_keys(acting_user=None, now=True)
    ring = keyring.current()
    assert ring.signer("ES256").kid != old
    assert old in published(ring)
    assert ring.verifying[old].private is None


def test_what_signs_stands_first_however_many_have_retired(keys: None) -> None:
    """A verifier that reads the first hundred keys of a set never misses it."""
    for _ in range(35):
        services.rotate_signing_keys(acting_user=None, now=True)
    ring = keyring.current()
    kids = [jwk["kid"] for jwk in json.loads(ring.jwks)["keys"]]
    assert len(kids) > 100
    assert set(kids[:3]) == {key.kid for key in ring.signing.values()}


def test_a_long_retired_key_leaves_the_jwks_and_still_verifies(
    keys: None,
    settings: Any,
) -> None:
    """What is left of its refresh tokens is read by us alone."""
    old = keyring.current().signer("ES256").kid
    services.rotate_signing_keys(acting_user=None, now=True)
    long = timedelta(seconds=settings.ACCESS_TOKEN_MAX_SECONDS, hours=1, minutes=1)
    SigningKey.objects.filter(kid=old).update(retired_at=timezone.now() - long)
    keyring.forget()
    ring = keyring.current()
    assert old not in published(ring)
    assert old in ring.verifying


def test_a_revoked_key_is_gone_from_everything(keys: None) -> None:
    key = SigningKey.objects.get(algorithm="EdDSA")
    before = keyring.current().etag
    services.revoke_signing_key(key, acting_user=None)
    ring = keyring.current()
    assert key.kid not in published(ring) | set(ring.verifying)
    assert ring.signer("EdDSA").kid != key.kid
    assert ring.etag != before


def test_an_unmoved_ring_costs_one_query_and_a_recent_one_none(keys: None) -> None:
    ring = keyring.current()
    with CaptureQueriesContext(connection) as queries:
        assert keyring.current() is ring
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert keyring.recent() is ring
    assert len(queries) == 0


def test_what_another_worker_changed_is_seen_at_once(keys: None) -> None:
    ring = keyring.current()
    SigningKey.objects.filter(algorithm="ES256").update(state="revoked")
    feed.keys_moved()
    assert keyring.recent() is ring
    assert set(keyring.current().signing) == {"RS256", "EdDSA"}
    assert set(keyring.recent().signing) == {"RS256", "EdDSA"}


def test_a_restored_database_is_read_again_even_at_the_same_version(keys: None) -> None:
    ring = keyring.current()
    SigningKey.objects.filter(algorithm="ES256").update(state="revoked")
    feeds.restart_feed(acting_user=None)
    assert feed.read().keys_version == ring.version
    assert "ES256" not in keyring.current().signing


@pytest.mark.django_db(transaction=True)
def test_many_threads_that_find_it_moved_read_it_once(
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services.ensure_signing_keys()
    loads: list[feed.State] = []
    load = keyring.load

    def counted(state: feed.State) -> keyring.KeyRing:
        loads.append(state)
        return load(state)

    monkeypatch.setattr(keyring, "load", counted)
    rings = together(8, lambda _: keyring.current())
    assert len(loads) == 1
    assert all(ring is rings[0] for ring in rings)
