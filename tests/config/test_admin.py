"""The console's site: who comes in, and what it takes in."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.admin import ConsoleSite
from config.sections import ConsoleAdmin
from tests.authenticators import has_app
from tests.factories import PASSWORD, UserFactory
from tests.operators import console, root, staff
from tokens.models import Login, Session

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def test_our_site_serves_the_console() -> None:
    assert isinstance(admin.site, ConsoleSite)


def test_only_our_sections_are_taken_in() -> None:
    labels = {model._meta.label for model in admin.site._registry}
    assert "auth.Group" not in labels
    assert not any(label.startswith("account.") for label in labels)
    sections = admin.site._registry.values()
    assert all(isinstance(section, ConsoleAdmin) for section in sections)


def test_a_stock_section_is_not_registered() -> None:
    site = ConsoleSite()
    site.register(Group, admin.ModelAdmin)
    site.register(Group)
    assert not site.is_registered(Group)


def test_a_stranger_is_sent_to_the_sign_in_page() -> None:
    answer = Client().get(HOME)
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/login/?next=/admin/"


@pytest.mark.parametrize("path", ["", "accounts/user/", "password_change/"])
def test_a_person_without_staff_status_does_not_come_in(path: str) -> None:
    answer = console(UserFactory.create()).get(HOME + path)
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_disabled_staff_do_not_come_in() -> None:
    user = root()
    client = console(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(HOME).status_code == 302


def led(client: Client) -> str:
    """Return where somebody is led who asks for the audit trail."""
    asked = client.get("/admin/audit/event/")
    assert asked["Location"] == "/admin/login/?next=/admin/audit/event/"
    return str(client.get(asked["Location"])["Location"])


THERE = "?next=%2Fadmin%2Faudit%2Fevent%2F"


def test_a_stranger_signs_in_first_and_comes_back() -> None:
    assert led(Client()) == f"/account/login/{THERE}"


def test_who_has_no_second_factor_enrols_one_first() -> None:
    client = console(root(), amr=["pwd"])
    assert led(client) == f"/account/2fa/enrol/{THERE}"


@pytest.mark.parametrize("amr", [["pwd"], ["pwd", "otp", "mfa"]])
def test_who_showed_no_factor_lately_shows_it_again(amr: list[str]) -> None:
    user = root()
    has_app(user)
    old = timezone.now() - timedelta(hours=13)
    client = console(user, amr=amr, auth_time=old)
    assert led(client) == f"/account/reauthenticate/{THERE}"


def test_who_came_in_is_led_to_the_console_from_its_door() -> None:
    client = console(root())
    answer = client.get("/admin/login/?next=/admin/audit/event/")
    assert answer["Location"] == "/admin/audit/event/"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/account/", "/admin/\n", "x", ""],
)
def test_the_console_leads_into_the_console_only(wanted: str) -> None:
    answer = console(root()).get("/admin/login/", {"next": wanted})
    assert answer["Location"] == HOME


def test_a_person_who_is_no_operator_is_told_so_whatever_they_prove() -> None:
    answer = console(UserFactory.create()).get("/admin/login/", HTTP_ACCEPT="text/html")
    assert answer.status_code == 403


def test_a_session_of_another_door_opens_no_console() -> None:
    client = console(root())
    Session.objects.update(door=Session.Door.REST)
    assert client.get(HOME).status_code == 302


def test_what_ends_the_session_ends_the_console() -> None:
    client = console(root())
    assert client.get(HOME).status_code == 200
    Session.objects.update(revoked_at=timezone.now())
    assert client.get(HOME).status_code == 302


def test_signing_out_of_the_console_ends_the_login() -> None:
    client = console(root())
    answer = client.post("/admin/logout/")
    assert answer["Location"] == "/account/login/"
    assert Login.objects.get().revoked_at is not None
    assert Session.objects.get().revoked_at is not None
    assert client.get(HOME).status_code == 302


def test_staff_without_rights_see_an_empty_console() -> None:
    page = console(staff()).get(HOME).content.decode()
    assert "You have no rights here yet" in page
    assert "console-tile-value" not in page
    assert "/admin/accounts/user/" not in page


def test_the_front_page_shows_what_the_rights_allow() -> None:
    page = console(staff("audit.view_event")).get(HOME).content.decode()
    assert "Sign-ins today" in page
    assert "Outbox worker" not in page
    assert "/admin/accounts/user/" not in page


def test_the_front_page_draws_the_chart_without_any_foreign_asset() -> None:
    answer = console(root()).get(HOME)
    (chart,) = answer.context["charts"]
    drawn = json.loads(chart["data"])
    assert len(drawn["labels"]) == 14
    assert [dataset["label"] for dataset in drawn["datasets"]] == [
        "Sign-ins",
        "Failures",
    ]
    assert "https://" not in answer.content.decode()


def test_sections_come_in_the_order_of_the_settings() -> None:
    answer = console(root()).get(HOME)
    labels = [app["app_label"] for app in answer.context["app_list"]]
    order = ["accounts", "tenants", "tokens", "oidc", "social", "audit", "outbox"]
    assert labels == order


def test_the_navigation_marks_where_one_is() -> None:
    groups = console(root()).get("/admin/accounts/user/").context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == ["Users"]


def test_the_way_to_a_thing_leaves_its_name_as_it_is() -> None:
    person = UserFactory.create(email="ada@example.com")
    shown = console(root()).get(reverse("admin:accounts_user_change", args=[person.pk]))
    words = [word.strip() for word in re.findall(r">([^<>]+)<", shown.content.decode())]
    assert "ada@example.com" in words and "Ada@example.com" not in words
    assert "Users" in words


def test_the_themes_search_is_not_served() -> None:
    assert console(root()).get("/admin/search/?s=a").status_code == 404


@pytest.mark.parametrize("path", ["nowhere/", "accounts/nothing/", "accounts/"])
def test_a_page_that_is_not_there_is_no_server_error(path: str) -> None:
    assert console(root()).get(HOME + path).status_code < 500


def test_operators_change_their_password_where_everybody_does() -> None:
    answer = console(staff()).get(reverse("admin:password_change"))
    assert answer["Location"] == reverse("account-password")


def test_a_link_signs_nobody_out() -> None:
    client = console(root())
    assert client.get("/admin/logout/")["Location"] == HOME
    assert client.get(HOME).status_code == 200


def test_the_stock_fields_of_the_password_form_do_nothing() -> None:
    user = staff()
    new = "an entirely different passphrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    console(user).post(reverse("admin:password_change"), form)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_nothing_writes_to_the_stock_log() -> None:
    client, alice = console(root()), UserFactory.create()
    page = reverse("admin:accounts_user_change", args=(alice.pk,))
    assert client.post(page, {"name": "Alice"}).status_code == 302
    assert not LogEntry.objects.exists()
