"""What accounts holds in rows of a person's own."""

from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.mail import links
from accounts.models import KnownAddress, KnownDevice, Lockout, MailLink, User
from accounts.privacy import own
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SECTIONS = {holder.section.partition(".")[2]: holder for holder in own.HOLDERS}


def told(
    section: str,
    user: User,
) -> Any:
    return SECTIONS[section].export(user)


def test_the_profile_says_that_there_is_a_password_and_not_which() -> None:
    ann = UserFactory(name="Ann")
    ann.groups.add(Group.objects.create(name="clerks"))

    profile = told("profile", ann)

    assert profile["has_password"] is True and profile["groups"] == ["clerks"]
    assert ann.password not in str(profile)
    assert {"email", "name", "erase_at", "created_at"} <= set(profile)


def test_a_tombstone_is_nobody() -> None:
    ann = UserFactory(is_staff=True, is_superuser=True, name="Ann", language="de")
    ann.user_permissions.add(Permission.objects.all()[0])
    epoch = ann.epoch

    SECTIONS["profile"].erase(ann)

    ann.refresh_from_db()
    assert ann.email == ann.email_key == f"erased-{ann.pk}@erased.invalid"
    assert (ann.name, ann.language, ann.last_login, ann.erase_at) == (
        "",
        "",
        None,
        None,
    )
    assert not (ann.is_active or ann.is_staff or ann.is_superuser)
    assert ann.erased_at and ann.epoch == epoch + 1
    assert not ann.has_usable_password() and not ann.check_password(PASSWORD)
    assert not ann.user_permissions.exists()


def test_the_rows_of_a_person_go_and_those_of_others_stay() -> None:
    ann, bob = UserFactory(), UserFactory()
    for user in (ann, bob):
        KnownAddress.objects.create(user=user, ip="192.0.2.7")
        KnownDevice.objects.create(user=user, digest="d" * 64)
        links.make(user, MailLink.Purpose.RESET_PASSWORD)
        Lockout.objects.create(
            email_key=user.email_key, ip="192.0.2.7", locked_until=timezone.now()
        )
        LogEntry.objects.create(user=user, action_flag=ADDITION, object_repr="x")

    for section in set(SECTIONS) - {"profile", "second_factors"}:
        assert len(told(section, ann)) == 1, section
        assert "d" * 64 not in str(told(section, ann))
        SECTIONS[section].erase(ann)
        SECTIONS[section].erase(ann)
        assert told(section, ann) == [], section
        assert len(told(section, bob)) == 1, section
