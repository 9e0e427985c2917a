"""The console's section about client applications, and the secret shown once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from accounts.audit.models import Event
from config.console import Panel
from config.errors import ServiceError
from tenants.models import Application, ApplicationApi, ApplicationSecret
from tenants.services.secrets import authenticate_secret
from tests.factories import ApiFactory, ApplicationFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root, staff

pytestmark = pytest.mark.django_db
LIST = "/admin/tenants/application/"


def web(**traits: Any) -> Application:
    """Return a confidential application."""
    made: Application = ApplicationFactory.create(
        type="web", is_first_party=False, **traits
    )
    return made


def secret_in(answer: HttpResponseBase) -> str:
    """Return the secret that a page shows."""
    found = re.search(r'value="(ntts_[^"]+)"', getattr(answer, "content", b"").decode())
    assert found is not None
    return found[1]


def form_of(**values: Any) -> dict[str, Any]:
    """Return the form of an application."""
    chosen = {
        **{"signing_algorithm": "ES256", "id_token_algorithm": "RS256"},
        "client_authentication": "client_secret",
    }
    return {"name": "Shop", **chosen, **values}


def panel_of(
    client: Client,
    application: Application,
    title: str = "Client secrets",
) -> Panel:
    """Return a panel of an application's page."""
    shown = client.get(f"{LIST}{application.pk}/change/").context["panels"]
    found: Panel = next(panel for panel in shown if panel.title == title)
    return found


def test_a_superuser_registers_an_application_through_the_service() -> None:
    operator, tenant = root(), TenantFactory.create()
    api = ApiFactory.create(tenant=tenant)
    form = form_of(
        tenant=tenant.pk,
        type="spa",
        redirect_uris="https://a.example/cb\r\n\r\n  https://b.example/cb ",
        audiences=api.identifier,
    )
    answer = console(operator).post(f"{LIST}add/", form)
    assert answer.status_code == 302
    made = Application.objects.get(name="Shop")
    assert made.redirect_uris == ["https://a.example/cb", "https://b.example/cb"]
    assert made.grants == ["authorization_code", "refresh_token"]
    assert made.scopes == ["orders:read", "orders:write"]
    assert list(made.apis.all()) == [api]
    assert not ApplicationSecret.objects.exists()
    event = Event.objects.get(action="tenant:application:created")
    assert event.actor_id == str(operator.pk)


def test_a_new_confidential_application_shows_its_secret_once() -> None:
    client, tenant = console(root()), TenantFactory.create()
    form = form_of(tenant=tenant.pk, type="web")
    answer = client.post(f"{LIST}add/", form)
    made = Application.objects.get(name="Shop")
    clear = secret_in(answer)
    assert authenticate_secret(made.client_id, clear) == made
    assert made.client_id in answer.content.decode()
    page = client.get(f"{LIST}{made.pk}/change/").content.decode()
    assert clear not in page
    assert clear[-4:] in page


def test_a_rotated_secret_is_on_that_page_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    application, client = web(), console(root())
    asked = client.get(f"{LIST}{application.pk}/rotate-secret/")
    assert not ApplicationSecret.objects.exists()
    assert "ntts_" not in asked.content.decode()
    with caplog.at_level("DEBUG"):
        form = {"overlap": "86400"}
        answer = client.post(f"{LIST}{application.pk}/rotate-secret/", form)
    clear = secret_in(answer)
    assert authenticate_secret(application.client_id, clear) == application
    assert "no-store" in answer["Cache-Control"]
    assert clear not in caplog.text
    assert clear not in str(client.cookies)
    stored = [s.get_decoded() for s in BrowserSession.objects.all()]
    assert clear not in str(stored)
    assert clear not in str(list(Event.objects.values()))
    for page in ("/admin/", LIST, f"{LIST}{application.pk}/change/"):
        shown = client.get(page).content.decode()
        assert clear not in shown
        digests = ApplicationSecret.objects.values_list("digest", flat=True)
        assert not [digest for digest in digests if digest in shown]


@pytest.mark.parametrize("overlap,still_works", [("0", False), ("3600", True)])
def test_older_secrets_work_as_long_as_the_operator_says(
    overlap: str,
    still_works: bool,
) -> None:
    application, client = web(), console(root())
    page = f"{LIST}{application.pk}/rotate-secret/"
    old = secret_in(client.post(page, {"overlap": "86400"}))
    client.post(page, {"overlap": overlap})
    try:
        authenticate_secret(application.client_id, old)
        works = True
    except ServiceError:
        works = False
    assert works is still_works


@pytest.mark.parametrize("overlap", ["", "x", "-1", "99999999"])
def test_another_overlap_rotates_nothing(overlap: str) -> None:
    application = web()
    page = f"{LIST}{application.pk}/rotate-secret/"
    answer = console(root()).post(page, {"overlap": overlap})
    assert answer.status_code == 200
    assert not ApplicationSecret.objects.exists()


def test_a_public_application_has_no_secret_to_rotate() -> None:
    application, client = ApplicationFactory.create(type="spa"), console(root())
    page = f"{LIST}{application.pk}/rotate-secret/"
    assert page not in client.get(f"{LIST}{application.pk}/change/").content.decode()
    answer = client.post(page, {"overlap": "0"})
    assert "public application" in answer.content.decode()


@pytest.mark.parametrize("deed", ["rotate-secret", "suspend", "delete-application"])
def test_staff_with_every_right_do_nothing_to_an_application(deed: str) -> None:
    application = web()
    client = console(all_rights_but_root())
    form = {"overlap": "0"}
    assert client.post(f"{LIST}{application.pk}/{deed}/", form).status_code == 403
    assert not ApplicationSecret.objects.exists()
    assert Application.objects.get(pk=application.pk).suspended_at is None


def test_a_change_goes_through_the_service_and_type_and_tenant_stay() -> None:
    tenant = TenantFactory.create()
    api = ApiFactory.create(tenant=tenant)
    application = ApplicationFactory.create(tenant=tenant, type="spa", apis=[api])
    other = TenantFactory.create()
    form = form_of(
        tenant=other.pk,
        type="service",
        is_first_party="on",
        scopes="account\norders:read",
        audiences=api.identifier,
        client_id="stolen",
        epoch="9",
    )
    answer = console(root()).post(f"{LIST}{application.pk}/change/", form)
    assert answer.status_code == 302
    application.refresh_from_db()
    assert application.name == "Shop"
    assert (application.tenant, application.type) == (tenant, "spa")
    assert (application.epoch, application.client_id != "stolen") == (0, True)
    event = Event.objects.get(action="tenant:application:changed")
    assert event.details == {"changed": ["name"]}


def test_a_refused_value_is_told_at_its_field_and_nothing_is_stored() -> None:
    application = ApplicationFactory.create(type="spa", scopes=["account"])
    form = form_of(
        name="Changed",
        is_first_party="on",
        scopes="account",
        redirect_uris="http://evil.example/*",
    )
    answer = console(root()).post(f"{LIST}{application.pk}/change/", form)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert "exact https URI" in str(errors["redirect_uris"])
    application.refresh_from_db()
    assert application.name != "Changed"
    assert not Event.objects.exists()


def test_apis_keep_the_order_that_the_operator_gives() -> None:
    tenant = TenantFactory.create()
    one, two = ApiFactory.create_batch(2, tenant=tenant)
    application = ApplicationFactory.create(tenant=tenant, type="spa", apis=[one, two])
    form = form_of(
        is_first_party="on",
        scopes="account\norders:read",
        audiences=f"{two.identifier}\n{one.identifier}",
    )
    console(root()).post(f"{LIST}{application.pk}/change/", form)
    links = ApplicationApi.objects.filter(application=application)
    assert [link.api for link in links] == [two, one]


def test_the_built_in_application_can_be_renamed_and_no_more() -> None:
    application, client = Application.objects.get(client_id="default"), console(root())
    page = f"{LIST}{application.pk}/change/"
    keep = form_of(is_first_party="on", scopes="account", grants=["refresh_token"])
    assert client.post(page, keep).status_code == 302
    answer = client.post(page, {**keep, "redirect_uris": "https://a.example/cb"})
    assert "keeps its type" in answer.content.decode()
    application.refresh_from_db()
    assert (application.name, application.redirect_uris) == ("Shop", [])


def test_suspend_resume_and_delete() -> None:
    application, client = web(), console(root())
    page = f"{LIST}{application.pk}"
    client.post(f"{page}/suspend/")
    application.refresh_from_db()
    assert application.suspended_at
    client.post(f"{page}/resume/")
    application.refresh_from_db()
    assert application.suspended_at is None
    assert client.post(f"{page}/delete-application/")["Location"] == LIST
    assert not Application.objects.filter(pk=application.pk).exists()


def test_the_panel_tells_which_secrets_work() -> None:
    application, now = web(), timezone.now()
    for number, (expires, revoked) in enumerate(
        [(None, None), (now + timedelta(days=1), None), (now, None), (None, now)]
    ):
        ApplicationSecret.objects.create(
            application=application,
            digest=f"{number}" * 64,
            hint=f"h{number}",
            expires_at=expires,
            revoked_at=revoked,
        )
    client = console(staff("tenants.view_application"))
    panel = panel_of(client, application)
    states = {row[0].text: row[3].text.split(" until")[0] for row in panel.rows}
    assert states == {
        "...h0": "works",
        "...h1": "works",
        "...h2": "expired",
        "...h3": "revoked",
    }


@pytest.mark.parametrize("term", ["shop-client", "Shop", "{key}", "{tenant}"])
def test_an_application_is_found_by_client_id_name_or_id(term: str) -> None:
    shop = ApplicationFactory.create(client_id="shop-client", name="Shop")
    ApplicationFactory.create()
    wanted = term.format(key=shop.pk, tenant=shop.tenant_id)
    answer = console(root()).get(LIST, {"q": wanted})
    assert list(answer.context["cl"].result_list) == [shop]
