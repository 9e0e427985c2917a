"""The manner of the console's pages, for every section there is."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.outbox.services import enqueue_mail
from social.models import Connection
from tests.factories import IdentityFactory, UserFactory
from tests.operators import all_rights_but_root, console, root, staff

pytestmark = pytest.mark.django_db
SECTIONS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def list_of(model: Any) -> str:
    """Return the URL of a section's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture(params=SECTIONS, ids=lambda model: model._meta.label)
def section(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_section_is_closed_without_its_right(section: Any) -> None:
    assert console(staff()).get(list_of(section)).status_code == 403


def test_a_section_opens_with_the_right_to_view_it(section: Any) -> None:
    right = f"{section._meta.app_label}.view_{section._meta.model_name}"
    assert console(staff(right)).get(list_of(section)).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%ED%A0%80", "o=99", "o=x", "p=9999", "p=x", "e=1", "q=" + "a" * 5000],
)
def test_a_bad_query_is_no_server_error(
    section: Any,
    query: str,
) -> None:
    answer = console(root()).get(f"{list_of(section)}?{query}", follow=True)
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "lookup",
    [
        *["password__startswith", "private_key__startswith", "payload__contains"],
        *["digest__startswith", "email_key__startswith", "user__password__startswith"],
        *["login__user__password__startswith", "memberships__user__password"],
        *["application__secrets__digest__startswith", "secrets__digest"],
        *["client_secret__startswith", "connection__client_secret", "tokens__contains"],
    ],
)
def test_no_lookup_tells_what_the_page_does_not_show(
    section: Any,
    lookup: str,
) -> None:
    site_section = admin.site._registry[section]
    request = RequestFactory().get("/admin/")
    assert not site_section.lookup_allowed(lookup, "x", request)


@pytest.mark.parametrize(
    "lookup", ["password__startswith=a", "epoch__gt=0", "is_active__regex=(a|a)*!"]
)
def test_a_forged_lookup_is_a_bad_request(lookup: str) -> None:
    answer = console(root()).get(f"{list_of(User)}?{lookup}")
    assert answer.status_code == 400


def test_a_filter_of_a_sections_own_is_no_forged_lookup() -> None:
    answer = console(root()).get(f"{list_of(Connection)}?state=live")
    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["nobody", "1", "\N{SNOWMAN}", "0" * 5000])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tenants/application/", "tenant"),
        ("tenants/membership/", "user"),
        ("tenants/api/", "shared_with"),
        ("social/connection/", "tenant"),
    ],
)
def test_a_reference_to_what_is_no_id_is_refused_at_its_field(
    path: str,
    name: str,
    key: str,
) -> None:
    answer = console(root()).post(f"/admin/{path}add/", {name: key})
    assert answer.status_code == 200
    assert name in answer.context["adminform"].form.errors


def test_nothing_is_deleted_by_the_stock_pages(section: Any) -> None:
    site_section = admin.site._registry[section]
    assert site_section.actions is None
    alice = UserFactory.create()
    client = console(root())
    stem = f"/admin/{section._meta.app_label}/{section._meta.model_name}"
    for path in (f"{stem}/{alice.pk}/delete/", f"{stem}/"):
        form = {
            "post": "yes",
            "action": "delete_selected",
            "_selected_action": alice.pk,
        }
        client.post(path, form)
    assert User.objects.filter(pk=alice.pk).exists()


def test_the_stock_history_is_not_served() -> None:
    alice = UserFactory.create()
    answer = console(root()).get(f"/admin/accounts/user/{alice.pk}/history/")
    assert answer.status_code == 404


def test_staff_with_every_right_add_nothing(section: Any) -> None:
    stem = f"/admin/{section._meta.app_label}/{section._meta.model_name}"
    staffed = console(all_rights_but_root())
    before = section._default_manager.count()
    assert staffed.post(f"{stem}/add/", {"name": "x"}).status_code == 403
    assert section._default_manager.count() == before


def test_a_list_costs_the_same_for_many_rows_as_for_few() -> None:
    client = console(root())

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client.get(list_of(User)).status_code == 200
        return len(counted)

    UserFactory.create_batch(2)
    queries()  # the first fills caches
    few = queries()
    UserFactory.create_batch(20)
    assert queries() == few


CANARY = "canary-c4n4ry"


def test_nothing_secret_is_rendered_on_any_page(keys: None) -> None:
    from tokens.models import SigningKey

    operator = root()
    alice = UserFactory.create()
    User.objects.filter(pk=alice.pk).update(password=f"{make_password('x')}{CANARY}")
    SigningKey.objects.update(private_key=CANARY)
    enqueue_mail(to="alice@example.com", subject=CANARY, text=CANARY)
    record(Action.SECRET_CREATED, acting=alice, details={"client_secret": CANARY})
    from accounts.outbox.models import Delivery

    Delivery.objects.update(payload=CANARY)
    IdentityFactory(tokens=CANARY, connection__client_secret=CANARY)
    client = console(operator)
    visited = 0
    for model in SECTIONS:
        pages = [list_of(model)]
        for key in model._default_manager.values_list("pk", flat=True)[:3]:
            stem = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            pages.append(reverse(stem, args=(key,)))
        for page in [*pages, "/admin/"]:
            shown = client.get(page)
            assert shown.status_code == 200
            assert CANARY not in shown.content.decode(), page
            assert "bcrypt" not in shown.content.decode(), page
            visited += 1
    assert visited > 2 * len(SECTIONS)
    assert CANARY not in str(list(BrowserSession.objects.values()))
