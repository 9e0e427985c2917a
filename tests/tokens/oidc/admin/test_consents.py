"""Consents in the console."""

import pytest

from accounts.audit.models import Event
from tests.factories import SessionFactory, UserFactory
from tests.operators import all_rights_but_root, console, root, staff
from tests.tokens.oidc.third import consented, is_live, shop
from tokens.oidc.models import Consent

pytestmark = pytest.mark.django_db
SECTION = "/admin/oidc/consent/"


def test_a_consent_is_found_by_person_application_and_tenant() -> None:
    ann = UserFactory(email="ann@example.com")
    consent = consented(ann, shop("Shop"))
    other = consented(UserFactory(email="bob@example.com"), shop("Other"))
    client = console(root())
    for query in (
        f"q={consent.pk}",
        f"q={ann.pk}",
        "q=ann@example.com",
        f"q={consent.application.client_id}",
        f"application__tenant__id__exact={consent.application.tenant_id}",
    ):
        shown = client.get(f"{SECTION}?{query}").content.decode()
        assert str(consent.pk) in shown and str(other.pk) not in shown, query


def test_a_superuser_takes_it_back() -> None:
    consent, operator = consented(UserFactory()), root()
    there = SessionFactory(user=consent.user, application=consent.application)
    client = console(operator)
    page = client.get(f"{SECTION}{consent.pk}/change/").content.decode()
    assert f"{SECTION}{consent.pk}/revoke/" in page and "openid email" in page
    assert client.post(f"{SECTION}{consent.pk}/revoke/").status_code == 302
    assert not Consent.objects.exists() and not is_live(there)
    event = Event.objects.get(action="token:consent:revoked")
    assert event.actor_id == str(operator.pk)


def test_staff_only_look() -> None:
    consent = consented(UserFactory())
    for operator in (staff("oidc.view_consent"), all_rights_but_root()):
        client = console(operator)
        page = client.get(f"{SECTION}{consent.pk}/change/")
        assert page.status_code == 200
        assert f"{consent.pk}/revoke/" not in page.content.decode()
        assert client.post(f"{SECTION}{consent.pk}/revoke/").status_code == 403
    assert console(staff()).get(SECTION).status_code == 403
    assert Consent.objects.exists()


def test_nobody_makes_one_or_deletes_it_past_the_service() -> None:
    consent, client = consented(UserFactory()), console(root())
    assert client.get(f"{SECTION}add/").status_code in (403, 404)
    assert client.post(f"{SECTION}{consent.pk}/delete/").status_code in (403, 404)
    assert Consent.objects.exists()
