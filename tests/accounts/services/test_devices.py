"""A sign-in from a new browser is told to the account's owner by mail."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import KnownDevice, User
from accounts.outbox.models import Delivery
from accounts.services import devices
from config import context
from config.context import RequestContext
from config.encryption import decrypt
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU OS 19_0) AppleWebKit Version/19.0 Safari/604.1"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def seen(
    user: User,
    agent: str = FIREFOX,
    ip: str = "192.0.2.1",
) -> list[str]:
    """Note a device; return the texts of all letters since the beginning."""
    with context.entered(RequestContext(ip=ip, user_agent=agent)):
        devices.note_device(user)
    rows = Delivery.objects.order_by("id").values_list("payload", flat=True)
    return [json.loads(decrypt(row))["text"] for row in rows]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux) Chrome/1 Safari/1 Edg/1", "Edge on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Chrome/1", "Chrome on macOS"),
        ("ntt-auth-python/1.0", "ntt-auth-python"),
        ("", "an unknown device"),
        ("x" * 500, "x" * 32),
    ],
)
def test_a_device_is_called_what_people_call_it(
    agent: str,
    name: str,
) -> None:
    assert devices.device_name(agent) == name


def test_the_first_device_and_one_known_are_not_told(ann: User) -> None:
    assert seen(ann) == []
    assert seen(ann) == []
    assert KnownDevice.objects.count() == 1


def test_a_new_browser_or_network_is_told(ann: User) -> None:
    seen(ann)
    letters = seen(ann, SAFARI)
    assert len(letters) == 1 and "Safari on iPhone, 192.0.2.1" in letters[0]
    assert len(seen(ann, ip="198.51.100.7")) == 2
    assert len(seen(ann, ip="198.51.100.7")) == 2


def test_a_newer_version_of_a_browser_is_the_same(ann: User) -> None:
    seen(ann)
    assert seen(ann, FIREFOX.replace("140", "141")) == []


def test_the_letter_cannot_be_written_by_who_signs_in(ann: User) -> None:
    seen(ann)
    told = seen(ann, "evil\r\nBcc: x@x.io https://evil.example/ Firefox/1")[0]
    assert "Bcc" not in told and "evil.example" not in told


def test_devices_unused_for_half_a_year_are_forgotten(ann: User) -> None:
    seen(ann)
    assert devices.purge() == 0
    KnownDevice.objects.update(last_used_at=timezone.now() - timedelta(days=181))
    assert devices.purge() == 1


def test_a_stranger_writes_nothing_to_an_address_that_is_not_theirs() -> None:
    victim = UserFactory(email="v@example.com", name="Call 555-1234", verified=False)
    seen(victim)
    texts = seen(victim, "win.evil.example/1") + seen(victim, FIREFOX, "192.0.2.9")
    told = "\n".join(texts)
    assert "evil" not in told and "555" not in told
    assert "an unknown device, 192.0.2.1" in told
    assert "Firefox on Windows, 192.0.2.9" in told


def test_letters_of_one_account_are_limited_and_the_trail_is_not(ann: User) -> None:
    for number in range(30):
        seen(ann, f"agent{number}/1")
    assert Delivery.objects.count() == 20
    assert Event.objects.filter(action=Action.DEVICE_NEW).count() == 29
