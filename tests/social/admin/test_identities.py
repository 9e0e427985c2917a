"""The console's section about connected accounts: to look at, and to disconnect."""

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.audit.models import Event
from accounts.outbox.models import Delivery
from config.console import Panel
from config.encryption import encrypt
from social.models import Identity
from tests.factories import ConnectionFactory, IdentityFactory, UserFactory
from tests.operators import all_rights_but_root, console, root, staff

pytestmark = pytest.mark.django_db
LIST = "/admin/social/identity/"
TOKEN = "at-of-the-provider"


def known(**traits: Any) -> Identity:
    """Return an identity whose connection keeps tokens."""
    sealed = encrypt(json.dumps({"access_token": TOKEN}))
    made: Identity = IdentityFactory(tokens=sealed, **traits)
    return made


def test_a_page_shows_who_is_known_and_no_token() -> None:
    made = known(subject="s-1", email="a@example.com", name="Ann")
    client = console(staff("social.view_identity"))
    for path in (LIST, f"{LIST}{made.pk}/change/"):
        answer = client.get(path)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "s-1" in page and "a@example.com" in page and str(made.user) in page
        assert TOKEN not in page and made.tokens not in page
        assert "Disconnect" not in page


@pytest.mark.parametrize("way", ["subject", "there", "address", "person", "connection"])
def test_one_is_found_by_all_that_is_known_of_it(way: str) -> None:
    made = known(
        subject="s-4711",
        email="there@example.com",
        user__email="ann@example.com",
        connection__provider_id="acme",
    )
    known()
    term = {
        "subject": "s-4711",
        "there": "there@",
        "address": "ann@example.com",
        "person": str(made.user.pk),
        "connection": "acme",
    }[way]
    found = console(root()).get(LIST, {"q": term}).context["cl"].result_list
    assert list(found) == [made]


def test_the_list_is_filtered_by_connection() -> None:
    made, other = known(), known()
    query = {"connection__id__exact": str(made.connection.pk)}
    found = console(root()).get(LIST, query).context["cl"].result_list
    assert list(found) == [made] and other not in found


def test_nobody_adds_changes_or_deletes_one() -> None:
    made, client = known(subject="mine"), console(root())
    assert client.get(f"{LIST}add/").status_code == 403
    form = {"subject": "yours", "tokens": "x"}
    assert client.post(f"{LIST}{made.pk}/change/", form).status_code == 403
    assert client.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    made.refresh_from_db()
    assert made.subject == "mine"


def test_a_superuser_disconnects_even_the_last_way_in() -> None:
    person = UserFactory(email="ann@example.com")
    person.set_unusable_password()
    person.save()
    made = known(user=person, connection__name="Acme ID")
    client, path = console(root()), f"{LIST}{made.pk}/disconnect/"
    asked = client.get(path).content.decode()
    assert "even where it is their only way to sign in" in asked
    assert Identity.objects.exists()
    answer = client.post(path)
    assert answer.status_code == 302 and answer["Location"] == LIST
    assert not Identity.objects.exists()
    assert Event.objects.get(action="social:identity:unlinked")
    assert Delivery.objects.count() == 1 and not mail.outbox
    assert client.post(path).status_code == 404


def test_staff_disconnect_nobody() -> None:
    made = known()
    path = f"{LIST}{made.pk}/disconnect/"
    for user in (all_rights_but_root(), staff("social.view_identity"), staff()):
        assert console(user).get(path).status_code == 403
        assert console(user).post(path).status_code == 403
    assert Identity.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize("path", ["", "{pk}/change/", "{pk}/disconnect/"])
def test_strangers_are_sent_to_sign_in_and_staff_without_rights_away(path: str) -> None:
    where = LIST + path.format(pk=known().pk)
    answer = Client().get(where)
    assert answer.status_code == 302 and "/admin/login/" in answer["Location"]
    assert console(staff()).get(where).status_code == 403


@pytest.mark.parametrize("key", ["nobody", "%F0%9F%90%8D", "0" * 32])
def test_one_that_there_is_not(key: str) -> None:
    client = console(root())
    assert client.post(f"{LIST}{key}/disconnect/").status_code == 404
    assert client.get(f"{LIST}{key}/change/").status_code in (302, 404)


def test_a_person_page_shows_what_they_are_connected_to() -> None:
    made = known(connection=ConnectionFactory(provider_id="acme"), subject="s-1")
    client = console(root())
    shown = client.get(f"/admin/accounts/user/{made.user.pk}/change/").context["panels"]
    panel: Panel = next(p for p in shown if p.title == "Connected accounts")
    assert [cell.text for cell in panel.rows[0]] == ["acme", "", "never", "s-1"]
    assert client.get(panel.href).context["cl"].result_count == 1
    may_look = console(staff("accounts.view_user"))
    shown = may_look.get(f"/admin/accounts/user/{made.user.pk}/change/").context
    assert "Connected accounts" not in [p.title for p in shown["panels"]]
