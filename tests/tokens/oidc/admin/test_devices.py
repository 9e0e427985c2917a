"""Requests of devices in the console."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import LoginFactory, UserFactory
from tests.operators import console, root, staff
from tests.tokens.oidc.boxes import box
from tokens.oidc.admin.devices import state_of
from tokens.oidc.models import DeviceCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
SECTION = "/admin/oidc/devicecode/"


def asked() -> DeviceCode:
    """Return a request that Ann allowed."""
    tv = box()
    given = tv.codes(scope="openid")
    login = LoginFactory(user=UserFactory(email="ann@example.com"))
    row = DeviceCode.objects.get(application=tv.application)
    row.login, row.approved_at = login, timezone.now()
    row.ip, row.user_agent = "203.0.113.77", given["device_code"][:4]
    row.save()
    return row


def test_a_request_is_found_by_person_application_and_address() -> None:
    row = asked()
    box().codes()
    other = DeviceCode.objects.exclude(pk=row.pk).get()
    client = console(root())
    for query in (
        f"q={row.pk}",
        "q=ann@example.com",
        "q=203.0.113.77",
        f"q={row.application.client_id}",
        f"application__tenant__id__exact={row.application.tenant_id}",
    ):
        shown = client.get(f"{SECTION}?{query}").content.decode()
        assert str(row.pk) in shown and str(other.pk) not in shown, query


def test_staff_see_who_allowed_what_and_nothing_secret() -> None:
    row = asked()
    client = console(staff("oidc.view_devicecode"))
    page = client.get(f"{SECTION}{row.pk}/change/").content.decode()
    for told in ("ann@example.com", "203.0.113.77", "allowed", "openid"):
        assert told in page
    assert row.digest not in page and row.user_digest not in page
    assert console(staff()).get(SECTION).status_code == 403


def test_nobody_changes_or_deletes_one() -> None:
    row, client = asked(), console(root())
    assert client.get(f"{SECTION}add/").status_code in (403, 404)
    for verb in ("delete", "change"):
        answer = client.post(f"{SECTION}{row.pk}/{verb}/", {"scope": "manage"})
        assert answer.status_code in (403, 404)
    row.refresh_from_db()
    assert row.scope == "openid"


def test_a_state_is_what_became_of_it() -> None:
    now = timezone.now()
    later, past = now + timedelta(minutes=5), now - timedelta(minutes=5)
    states = {
        state_of(DeviceCode(expires_at=later)): "waiting",
        state_of(DeviceCode(expires_at=later, approved_at=now)): "allowed",
        state_of(DeviceCode(expires_at=past, approved_at=now)): "expired",
        state_of(DeviceCode(expires_at=past, denied_at=now)): "refused",
        state_of(
            DeviceCode(expires_at=past, approved_at=now, used_at=now)
        ): "signed in",
    }
    assert all(state == told for state, told in states.items()) and len(states) == 5
