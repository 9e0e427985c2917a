"""Connecting, using, and disconnecting."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.models import Event
from accounts.errors import InvalidCredentials
from accounts.mail import letters
from accounts.models import User
from config.encryption import decrypt
from config.errors import Conflict, NotFound
from social.errors import IdentityTaken, LinkRequired
from social.models import Connection, Identity
from social.services import identities
from social.upstream import Vouched
from tests.factories import (
    ConnectionFactory,
    IdentityFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TOKENS = {"access_token": "at-of-the-provider", "refresh_token": "rt"}
VOUCHED = Vouched("u-1", "ann@work.example", True, "Ann", TOKENS)


@pytest.fixture
def connection(db: None) -> Connection:
    made: Connection = ConnectionFactory(provider_id="example", keeps_tokens=True)
    return made


def test_tokens_of_a_provider_are_kept_encrypted_and_told_nobody(
    connection: Connection,
    ann: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity = identities.link(ann, connection, VOUCHED)
    kept = Identity.objects.get().tokens
    assert "at-of-the-provider" not in kept and "at-of-the-provider" not in repr(
        VOUCHED
    )
    assert json.loads(decrypt(kept)) == TOKENS
    told = [str(event.details) + event.outcome for event in Event.objects.all()]
    assert "at-of-the-provider" not in str(told) + caplog.text + str(identity)


def test_an_id_token_of_an_app_leaves_kept_tokens(
    connection: Connection,
    ann: User,
) -> None:
    identity = identities.link(ann, connection, VOUCHED)
    identities.note_use(identity, Vouched("u-1", "new@work.example"))
    found = Identity.objects.get()
    assert found.email == "new@work.example"
    assert json.loads(decrypt(found.tokens)) == TOKENS
    Connection.objects.update(keeps_tokens=False)
    again = identities.known(connection, VOUCHED)
    assert again is not None
    identities.note_use(again, Vouched("u-1"))
    assert Identity.objects.get().tokens == ""


def test_linking_refuses_what_it_must(
    connection: Connection,
    ann: User,
) -> None:
    with pytest.raises(LinkRequired):
        identities.link(UserFactory(verified=False), connection, VOUCHED)
    with pytest.raises(InvalidCredentials):
        identities.link(UserFactory(is_active=False), connection, VOUCHED)
    IdentityFactory(connection=connection, subject="u-1")
    with pytest.raises(IdentityTaken):
        identities.link(ann, connection, VOUCHED)


def test_connecting_needs_room_and_a_free_subject(
    connection: Connection,
    ann: User,
) -> None:
    IdentityFactory(connection=connection, subject="u-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        identities.connect(ann, connection, VOUCHED)
    IdentityFactory.create_batch(identities.MOST, user=ann)
    with pytest.raises(Conflict):
        identities.connect(ann, connection, Vouched("u-2"))


@pytest.mark.parametrize("letter", ["identity-added", "identity-removed"])
def test_letters_speak_the_owners_language(
    connection: Connection,
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
    letter: str,
) -> None:
    User.objects.filter(pk=ann.pk).update(language="de")
    written: list[Any] = []

    def write(
        letter: str,
        **told: Any,
    ) -> None:
        written.append((letter, told["to"], told["language"]))

    monkeypatch.setattr(letters, "write", write)
    identity = identities.link(ann, connection, VOUCHED)
    identities.unlink(ann, identity.pk)
    assert (letter, "ann@example.com", "de") in written


def test_unlinking_is_the_owners(
    ann: User,
) -> None:
    theirs = IdentityFactory()
    with pytest.raises(NotFound):
        identities.unlink(ann, theirs.pk)
    gone = UserFactory(is_active=False)
    with pytest.raises(InvalidCredentials):
        identities.unlink(gone, IdentityFactory(user=gone).pk)


def test_a_way_in_is_one_that_works(ann: User) -> None:
    assert not identities.signs_in(ann)
    off = timezone.now()
    IdentityFactory(user=ann, connection=ConnectionFactory(suspended_at=off))
    tenant = TenantFactory(suspended_at=off)
    IdentityFactory(user=ann, connection=ConnectionFactory(tenant=tenant))
    assert not identities.signs_in(ann)
    IdentityFactory(user=ann, connection=ConnectionFactory(tenant=TenantFactory()))
    assert identities.signs_in(ann)


def test_forgetting_is_one_persons(ann: User) -> None:
    mine, theirs = IdentityFactory(user=ann), IdentityFactory()
    assert identities.of_user(ann) == [mine]
    identities.forget(ann)
    assert list(Identity.objects.all()) == [theirs]
