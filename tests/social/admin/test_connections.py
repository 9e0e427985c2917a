"""The console's section about connections: secrets go in, and never come out."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit.models import Event
from config.console import Panel
from social.admin import guides
from social.models import Connection, Identity
from tests.factories import ConnectionFactory, IdentityFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root, staff
from tests.social.keys import APPLE_KEY
from tests.social.upstreams import Upstream

pytestmark = pytest.mark.django_db
LIST = "/admin/social/connection/"
SECRET = "s3cret-of-the-provider"
DEEDS = ["test-connection", "suspend", "resume", "delete-connection"]


def form_of(**values: Any) -> dict[str, Any]:
    """Return the form of a new connection to GitHub."""
    usual = {
        "provider": "github",
        "provider_id": "github",
        "client_id": "Iv1.abc",
        "given_secret": SECRET,
    }
    return {**usual, **values}


def page_of(connection: Connection) -> str:
    """Return the path of a connection's page."""
    return f"{LIST}{connection.pk}/change/"


def content(
    client: Client,
    path: str,
) -> str:
    """Return a page."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def panel_of(
    client: Client,
    connection: Connection,
) -> Panel:
    """Return the panel of those who are known by a connection."""
    shown = client.get(page_of(connection)).context["panels"]
    found: Panel = next(p for p in shown if p.title.startswith("Newest accounts"))
    return found


def test_a_superuser_adds_a_connection_through_the_service() -> None:
    operator, tenant = root(), TenantFactory.create()
    form = form_of(tenant=tenant.pk, scopes="read:org\r\n\r\n", name="Our GitHub")
    answer = console(operator).post(f"{LIST}add/", form)
    made = Connection.objects.get()
    assert answer.status_code == 302 and answer["Location"] == page_of(made)
    assert (made.provider, made.tenant, made.name) == ("github", tenant, "Our GitHub")
    assert made.secret == SECRET and SECRET not in made.client_secret
    assert made.scopes == ["read:org"]
    event = Event.objects.get(action="social:connection:created")
    assert event.actor_id == str(operator.pk) and event.tenant_id == tenant.pk
    assert SECRET not in str(list(Event.objects.values()))


def test_what_is_left_empty_is_as_is_usual_for_the_provider() -> None:
    client = console(root())
    client.post(f"{LIST}add/", form_of())
    client.post(f"{LIST}add/", form_of(provider="facebook", provider_id="facebook"))
    github, facebook = Connection.objects.order_by("pk")
    assert (github.name, facebook.name) == ("GitHub", "Facebook")
    assert github.trusts_email and not facebook.trusts_email
    assert github.tenant is None


@pytest.mark.parametrize(("said", "trusts"), [("yes", True), ("no", False)])
def test_the_operator_says_whether_addresses_are_believed(
    said: str,
    trusts: bool,
) -> None:
    client = console(root())
    client.post(f"{LIST}add/", form_of(believed=said))
    made = Connection.objects.get()
    assert made.trusts_email is trusts
    other = {"yes": "no", "no": "yes"}[said]
    form = {"name": "GitHub", "client_id": "Iv1.abc", "believed": other}
    assert client.post(page_of(made), form).status_code == 302
    made.refresh_from_db()
    assert made.trusts_email is not trusts
    assert made.secret == SECRET


def test_apple_is_given_a_private_key_of_several_lines() -> None:
    form = form_of(
        provider="apple",
        provider_id="apple",
        given_secret="",
        private_key=APPLE_KEY.replace("\n", "\r\n"),
        team_id="TEAM123456",
        key_id="KEY1234567",
        native_client_ids="com.example.app",
    )
    client = console(root())
    assert client.post(f"{LIST}add/", form).status_code == 302
    made = Connection.objects.get()
    assert "PRIVATE KEY" in made.secret
    assert made.native_client_ids == ["com.example.app"]
    assert "PRIVATE KEY" not in content(client, page_of(made))


def test_what_a_provider_does_not_know_is_not_sent_to_the_service() -> None:
    form = form_of(team_id="TEAM", key_id="KEY", native_client_ids="x", private_key="p")
    assert console(root()).post(f"{LIST}add/", form).status_code == 302
    made = Connection.objects.get()
    assert (made.team_id, made.key_id, made.native_client_ids) == ("", "", [])
    assert made.secret == SECRET


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"provider_id": "Git Hub"}, "provider_id"),
        ({"provider_id": "-"}, "provider_id"),
        ({"provider_id": "github\x00"}, "provider_id"),
        ({"provider": "myspace"}, "provider"),
        ({"tenant": "nobody"}, "tenant"),
        ({"client_id": "\N{SNOWMAN}"}, "client_id"),
        ({"client_id": "x" * 256}, "client_id"),
        ({"given_secret": ""}, "given_secret"),
        ({"given_secret": "a\nb"}, "given_secret"),
        ({"scopes": 'a"b'}, "scopes"),
        ({"scopes": "\n".join(f"s{n}" for n in range(21))}, "scopes"),
        ({"issuer": "ftp://example.com"}, "issuer"),
        ({"believed": "perhaps"}, "believed"),
        ({"provider": "apple", "private_key": "no key"}, "private_key"),
        ({"provider": "oidc"}, "issuer"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    values: dict[str, Any],
    field: str,
) -> None:
    answer = console(root()).post(f"{LIST}add/", form_of(**values))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Connection.objects.exists()
    page = answer.content.decode()
    assert SECRET not in page and "no key" not in page


def test_an_id_that_is_taken_is_refused() -> None:
    ConnectionFactory(provider_id="github")
    answer = console(root()).post(f"{LIST}add/", form_of())
    assert answer.status_code == 200
    assert Connection.objects.count() == 1


def test_a_secret_is_never_shown_again() -> None:
    client = console(root())
    client.post(f"{LIST}add/", form_of())
    made = Connection.objects.get()
    shown = client.get(page_of(made))
    page = shown.content.decode()
    assert SECRET not in page and made.client_secret not in page
    assert made.client_secret not in str(shown.context["adminform"].form.initial)
    assert "stored, encrypted" in page


def test_an_empty_secret_keeps_the_one_there_is() -> None:
    client = console(root())
    client.post(f"{LIST}add/", form_of())
    made = Connection.objects.get()
    form = {"name": "GitHub", "client_id": "Iv1.other", "believed": "yes"}
    client.post(page_of(made), {**form, "given_secret": ""})
    made.refresh_from_db()
    assert (made.client_id, made.secret) == ("Iv1.other", SECRET)
    changed = Event.objects.get(action="social:connection:changed")
    assert changed.details["changed"] == ["client_id"]
    client.post(page_of(made), {**form, "given_secret": "another"})
    made.refresh_from_db()
    assert made.secret == "another"


def test_provider_id_and_tenant_stay() -> None:
    made: Connection = ConnectionFactory(provider_id="one")
    form = {
        **{"provider": "github", "provider_id": "two", "client_id": "c"},
        **{"name": "Example ID", "believed": "yes", "issuer": made.issuer},
        "tenant": TenantFactory.create().pk,
    }
    answer = console(root()).post(page_of(made), form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made.refresh_from_db()
    assert (made.provider, made.provider_id, made.tenant) == ("oidc", "one", None)
    assert made.client_id == "c"


def test_where_it_is_stays_once_people_are_known_by_it() -> None:
    known: Identity = IdentityFactory()
    made = known.connection
    form = {"name": "x", "client_id": "c", "issuer": "https://evil.example.com"}
    answer = console(root()).post(page_of(made), {**form, "believed": "yes"})
    assert "People are known by it" in answer.content.decode()
    made.refresh_from_db()
    assert made.issuer == "https://id.example.com"


def test_the_callback_url_stands_first(settings: Any) -> None:
    made, client = ConnectionFactory(provider_id="acme"), console(root())
    page = content(client, page_of(made))
    url = f"{settings.ISSUER}/account/social/acme/callback/"
    assert f'value="{url}"' in page and 'data-copy="console-callback"' in page
    assert page.index(url) < page.index('id="id_client_id"')
    new = content(client, f"{LIST}add/")
    pattern = f"{settings.ISSUER}/account/social/ID/callback/"
    assert f'value="{pattern}"' in new
    assert f'data-before="{settings.ISSUER}/account/social/"' in new
    assert 'data-after="/callback/"' in new
    assert new.index(pattern) < new.index('id="id_provider"')


@pytest.mark.parametrize("provider", Connection.Provider.values)
def test_a_page_has_the_fields_that_its_provider_knows(provider: str) -> None:
    made = ConnectionFactory(provider=provider, issuer="")
    page = content(console(root()), page_of(made))
    for name in guides.OPTIONAL:
        assert (f'name="{name}"' in page) is (name in guides.uses(provider)), name


def test_staff_who_may_look_see_no_secret_and_no_field_for_one() -> None:
    made, client = ConnectionFactory(), console(staff("social.view_connection"))
    page = content(client, page_of(made))
    assert "our-secret" not in page and made.client_secret not in page
    assert "given_secret" not in page and "Delete" not in page
    assert "Newest accounts" not in page
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page_of(made), {"name": "x"}).status_code == 403


def test_the_list_finds_and_filters() -> None:
    client, tenant = console(root()), TenantFactory.create(slug="acme")
    ConnectionFactory(provider_id="everybodys", suspended_at=timezone.now())
    ConnectionFactory(provider_id="acmes", tenant=tenant, provider="github")
    for query, found in [
        ("?q=acm", {"acmes"}),
        (f"?q={tenant.pk}", {"acmes"}),
        ("?provider__exact=github", {"acmes"}),
        ("?state=suspended", {"everybodys"}),
        ("?state=live", {"acmes"}),
        ("?state=x", {"acmes", "everybodys"}),
        (f"?tenant__id__exact={tenant.pk}", {"acmes"}),
        ("?q=%27%22%3C", set()),
    ]:
        rows = client.get(f"{LIST}{query}").context["cl"].result_list
        assert {row.provider_id for row in rows} == found, query
    assert client.get(f"{LIST}?client_secret__startswith=g").status_code in (302, 400)
    page = content(client, LIST)
    assert "acme" in page and "suspended" in page


def test_a_connection_is_suspended_and_resumed() -> None:
    made, client = ConnectionFactory(), console(root())
    page = content(client, page_of(made))
    assert f"{made.pk}/suspend/" in page and f"{made.pk}/resume/" not in page
    client.post(f"{LIST}{made.pk}/suspend/")
    made.refresh_from_db()
    assert made.suspended_at
    client.post(f"{LIST}{made.pk}/resume/")
    made.refresh_from_db()
    assert made.suspended_at is None


@pytest.mark.parametrize(
    ("people", "said"),
    [(0, "Nobody is known"), (1, "1 person is known"), (2, "2 people are known")],
)
def test_deleting_says_who_is_known_by_it(
    people: int,
    said: str,
) -> None:
    made, client = ConnectionFactory(), console(root())
    IdentityFactory.create_batch(people, connection=made)
    assert said in content(client, f"{LIST}{made.pk}/delete-connection/")
    answer = client.post(f"{LIST}{made.pk}/delete-connection/")
    assert answer["Location"] == LIST
    assert not Connection.objects.exists() and not Identity.objects.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_but_a_superuser_does_anything(deed: str) -> None:
    made = ConnectionFactory()
    for user in (all_rights_but_root(), staff("social.view_connection"), staff()):
        path = f"{LIST}{made.pk}/{deed}/"
        assert console(user).post(path).status_code == 403
        assert console(user).get(path).status_code == 403
    made.refresh_from_db()
    assert made.suspended_at is None
    assert not Event.objects.filter(action__startswith="social:connection").exists()


@pytest.mark.parametrize("path", ["", "add/", "{pk}/change/", "{pk}/test-connection/"])
def test_strangers_are_sent_to_sign_in_and_staff_without_rights_away(path: str) -> None:
    where = LIST + path.format(pk=ConnectionFactory().pk)
    answer = Client().get(where)
    assert answer.status_code == 302 and "/admin/login/" in answer["Location"]
    assert console(staff()).get(where).status_code == 403


@pytest.mark.parametrize("key", ["nobody", "%F0%9F%90%8D", "0" * 32])
def test_a_connection_that_there_is_not(key: str) -> None:
    client = console(root())
    assert client.post(f"{LIST}{key}/suspend/").status_code == 404
    assert client.get(f"{LIST}{key}/change/").status_code in (302, 404)


def test_a_test_shows_each_finding(
    connection: Connection,
    upstream: Upstream,
) -> None:
    client = console(root())
    path = f"{LIST}{connection.pk}/test-connection/"
    asked = content(client, path)
    assert "with a code that nobody has" in asked and upstream.asked == []
    page = client.post(path).content.decode()
    assert "Everything that can be told without a person works" in page
    assert re.findall(r"<strong>([^<]+)</strong>", page) == [
        "Discovery: works",
        "Keys: works",
        "Client: works",
    ]
    assert upstream.issuer in page and "our-secret" not in page
    upstream.client_secret = "another"
    page = client.post(path).content.decode()
    assert "Client: does not work" in page and "Something is wrong" in page


def test_a_connection_that_does_not_answer_is_said_so(connection: Connection) -> None:
    connection.issuer = "http://127.0.0.1:9"
    connection.save()
    page = console(root()).post(f"{LIST}{connection.pk}/test-connection/")
    assert page.status_code == 200
    assert "Discovery: does not work" in page.content.decode()


def test_a_suspended_connection_can_be_tested(connection: Connection) -> None:
    connection.suspended_at = timezone.now()
    connection.save()
    page = console(root()).post(f"{LIST}{connection.pk}/test-connection/")
    assert "It is suspended" in page.content.decode()


def test_the_page_shows_who_was_connected_last() -> None:
    made, client = ConnectionFactory(), console(root())
    known = IdentityFactory(connection=made, subject="s-1", email="a@example.com")
    IdentityFactory()
    panel = panel_of(client, made)
    assert [[c.text for c in row] for row in panel.rows] == [
        [str(known.user), "a@example.com", "never", "s-1"]
    ]
    assert client.get(panel.href).context["cl"].result_count == 1


def test_text_of_strangers_is_escaped() -> None:
    made = ConnectionFactory(name="<script>alert(1)</script>")
    IdentityFactory(connection=made, subject="<img src=x>", email="<b>")
    page = content(console(root()), page_of(made))
    assert "<script>alert" not in page and "<img src=x>" not in page
