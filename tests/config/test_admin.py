"""The console's site: who comes in, and what it takes in."""

import json

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.admin import ConsoleSite
from config.sections import ConsoleAdmin
from tests.factories import PASSWORD, UserFactory
from tests.operators import console, root, staff

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


def test_staff_sign_in_and_arrive_where_they_wanted_to() -> None:
    user = staff("audit.view_event")
    page = Client().get("/admin/login/?next=/admin/audit/event/")
    assert 'name="next" form="login-form" value="/admin/audit/event/"' in (
        page.content.decode()
    )
    answer = Client().post(
        "/admin/login/",
        {"username": user.email, "password": PASSWORD, "next": "/admin/audit/event/"},
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/audit/event/"


def test_nobody_is_sent_to_another_site_after_signing_in() -> None:
    form = {
        "username": root().email,
        "password": PASSWORD,
        "next": "https://evil.example/",
    }
    answer = Client().post("/admin/login/", form)
    assert "evil" not in answer.get("Location", "")


def test_the_right_password_does_not_make_anybody_staff() -> None:
    user = UserFactory.create()
    form = {"username": user.email, "password": PASSWORD}
    client = Client()
    assert client.post("/admin/login/", form).status_code == 200
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
    assert labels == ["accounts", "tenants", "tokens", "audit", "outbox"]


def test_the_navigation_marks_where_one_is() -> None:
    groups = console(root()).get("/admin/accounts/user/").context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == ["Users"]


def test_the_themes_search_is_not_served() -> None:
    assert console(root()).get("/admin/search/?s=a").status_code == 404


@pytest.mark.parametrize("path", ["nowhere/", "accounts/nothing/", "accounts/"])
def test_a_page_that_is_not_there_is_no_server_error(path: str) -> None:
    assert console(root()).get(HOME + path).status_code < 500


def test_one_changes_ones_own_password_through_the_service() -> None:
    user = staff()
    client = console(user)
    new = "an entirely different passphrase"
    form = {"current_password": PASSWORD, "new_password": new}
    answer = client.post(reverse("admin:password_change"), form)
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert user.epoch == 1
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize(
    "current,new,complaint",
    [
        ("wrong", "an entirely different passphrase", "wrong"),
        (PASSWORD, "short", "15"),
        (PASSWORD, "", "required"),
    ],
)
def test_a_refused_password_is_told_at_its_field(
    current: str,
    new: str,
    complaint: str,
) -> None:
    user = staff()
    form = {"current_password": current, "new_password": new}
    answer = console(user).post(reverse("admin:password_change"), form)
    assert answer.status_code == 200
    assert complaint in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


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
