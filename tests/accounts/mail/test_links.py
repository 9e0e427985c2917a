"""A mailed link works once, for its purpose, for whom and as long as its rule says."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.errors import LinkInvalid
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import MailLink, User
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def key_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["key"][0]


def claimed(
    key: str,
    purpose: Purpose,
) -> Any:
    with transaction.atomic():
        return links.claim(key, purpose)


def test_a_link_leads_below_the_issuer_and_is_stored_hashed(settings: Any) -> None:
    url = links.make(UserFactory(), Purpose.RESET_PASSWORD)
    assert url.startswith(f"{settings.ISSUER}/account/password/reset/key/?key=")
    assert key_of(url) not in str(MailLink.objects.values().get())


def test_looking_changes_nothing_and_a_claim_works_once() -> None:
    user = UserFactory()
    key = key_of(links.make(user, Purpose.VERIFY_EMAIL, data={"a": 1}))
    assert links.look(key, Purpose.VERIFY_EMAIL).data == {"a": 1}
    assert claimed(key, Purpose.VERIFY_EMAIL).user == user
    for again in (links.look, claimed):
        with pytest.raises(LinkInvalid):
            again(key, Purpose.VERIFY_EMAIL)


@pytest.mark.parametrize("key", ["", "x", "\x00", "\ud800", "é" * 5000])
def test_what_is_no_link_is_refused(key: str) -> None:
    with pytest.raises(LinkInvalid):
        links.look(key, Purpose.VERIFY_EMAIL)


def test_a_link_serves_no_other_purpose() -> None:
    key = key_of(links.make(UserFactory(), Purpose.VERIFY_EMAIL))
    with pytest.raises(LinkInvalid):
        claimed(key, Purpose.RESET_PASSWORD)


def test_a_newer_link_kills_the_one_before_of_the_same_person_only() -> None:
    user = UserFactory()
    first = key_of(links.make(user, Purpose.RESET_PASSWORD))
    other = key_of(links.make(UserFactory(), Purpose.RESET_PASSWORD))
    second = key_of(links.make(user, Purpose.RESET_PASSWORD))
    with pytest.raises(LinkInvalid):
        links.look(first, Purpose.RESET_PASSWORD)
    assert links.look(second, Purpose.RESET_PASSWORD)
    assert links.look(other, Purpose.RESET_PASSWORD)


@pytest.mark.parametrize(
    ("change", "kills"),
    [
        ({"epoch": 7}, {"reset", "invite", "change"}),
        ({"last_login": "now"}, {"reset", "invite"}),
        ({"email_key": "new@x.io"}, {"reset", "invite", "verify"}),
        ({"is_active": False}, {"reset", "invite", "verify", "change"}),
    ],
)
def test_each_change_kills_what_its_rule_says(
    change: dict[str, Any],
    kills: set[str],
) -> None:
    user = UserFactory()
    later = timezone.now() + timedelta(days=1)
    keys = {p: key_of(links.make(user, p, expires_at=later)) for p in Purpose}
    if "last_login" in change:
        change = {"last_login": timezone.now()}
    User.objects.filter(pk=user.pk).update(**change)
    dead = set()
    for purpose, key in keys.items():
        try:
            links.look(key, purpose)
        except LinkInvalid:
            dead.add(purpose.value)
    assert dead == kills


def test_a_reset_asked_for_leaves_an_invitation_alone_and_a_new_one_does_not() -> None:
    user = UserFactory()
    first = key_of(links.make(user, Purpose.FIRST_PASSWORD))
    links.make(user, Purpose.RESET_PASSWORD)
    assert links.look(first, *links.PASSWORD) and links.pending(
        user, Purpose.FIRST_PASSWORD
    )
    links.make(user, Purpose.FIRST_PASSWORD)
    with pytest.raises(LinkInvalid):
        links.look(first, *links.PASSWORD)
    User.objects.filter(pk=user.pk).update(epoch=7)
    user.refresh_from_db()
    assert not links.pending(user, Purpose.FIRST_PASSWORD)


def test_a_link_runs_out_and_is_purged_a_day_later() -> None:
    key = key_of(links.make(UserFactory(), Purpose.VERIFY_EMAIL))
    MailLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(LinkInvalid):
        links.look(key, Purpose.VERIFY_EMAIL)
    assert links.purge() == 0
    MailLink.objects.update(expires_at=timezone.now() - timedelta(days=2))
    assert links.purge() == 1


def test_void_kills_the_purposes_named_or_all() -> None:
    user = UserFactory()
    for purpose in Purpose:
        links.make(user, purpose)
    links.void(user, Purpose.VERIFY_EMAIL)
    assert MailLink.objects.count() == len(Purpose) - 1
    links.void(user)
    assert not MailLink.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_one_wins(together: Together) -> None:
    key = key_of(links.make(UserFactory(), Purpose.UNDO_EMAIL_CHANGE))
    said = together(12, lambda _: claimed(key, Purpose.UNDO_EMAIL_CHANGE))
    assert sum(isinstance(s, MailLink) for s in said) == 1
    assert sum(isinstance(s, LinkInvalid) for s in said) == 11


def test_a_claim_outside_a_transaction_is_a_fault_of_ours() -> None:
    connection = transaction.get_connection()
    with patch.object(connection, "in_atomic_block", False):
        with pytest.raises(RuntimeError, match="transaction"):
            links.claim("x", Purpose.VERIFY_EMAIL)
