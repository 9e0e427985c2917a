"""Connections: what an operator may say of one, and what is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections as database

from accounts.audit.models import Event
from accounts.models import User
from config.errors import Conflict, Forbidden, InvalidInput, Unavailable
from social.models import Connection, Identity
from social.services import connections
from social.services.connections import create_connection
from tests.factories import (
    ConnectionFactory,
    IdentityFactory,
    TenantFactory,
    UserFactory,
)
from tests.operators import root
from tests.social.keys import APPLE_KEY, OTHER_CURVE, RSA_KEY

pytestmark = pytest.mark.django_db
SECRET = "s3cret-of-the-provider"
GITHUB: dict[str, Any] = {"client_id": "Iv1.abc", "client_secret": SECRET}
APPLE: dict[str, Any] = {
    **{"client_id": "com.example.web", "client_secret": APPLE_KEY},
    **{"team_id": "TEAM123456", "key_id": "KEY1234567"},
}
OIDC: dict[str, Any] = {"client_id": "ntt", "issuer": "https://id.example.com"}
USUAL: dict[str, dict[str, Any]] = {"apple": APPLE, "oidc": OIDC}


def made_of(
    provider: str = "github",
    provider_id: str = "acme",
    **traits: Any,
) -> Connection:
    """Add a connection by the system itself."""
    usual = USUAL.get(provider, GITHUB)
    return create_connection(
        provider,
        provider_id,
        tenant=traits.pop("tenant", None),
        acting_user=traits.pop("acting_user", None),
        **{**usual, **traits},
    )


def place_of(refusal: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    """Return the fields that a refusal speaks of."""
    return [fault.pointer.removeprefix("#/") for fault in refusal.value.errors]


@pytest.mark.parametrize("provider", Connection.Provider.values)
def test_each_provider_is_added_with_what_is_usual_for_it(provider: str) -> None:
    made = made_of(provider)
    assert made.name == Connection.Provider(provider).label
    believed = {"github", "google", "gitlab", "apple", "linkedin"}
    assert made.trusts_email is (provider in believed)
    assert (made.tenant, made.keeps_tokens, made.suspended_at) == (None, False, None)


def test_a_secret_is_encrypted_and_in_no_event() -> None:
    made = made_of(client_secret=f"  {SECRET}\n")
    stored = Connection.objects.values_list("client_secret", flat=True).get()
    assert SECRET not in stored and made.secret == SECRET
    connections.change_connection(made, acting_user=None, client_secret="another")
    made.refresh_from_db()
    assert made.secret == "another"
    told = str(list(Event.objects.values()))
    assert SECRET not in told and "another" not in told and stored not in told


def test_a_secret_that_no_key_opens_is_said_so(settings: Any) -> None:
    made = made_of()
    settings.ENCRYPTION_KEYS = ["another-key-that-opens-nothing-of-ours"]
    with pytest.raises(Unavailable):
        assert made.secret


def test_what_is_done_to_one_is_in_the_trail_with_who_did_it() -> None:
    operator, tenant = root(), TenantFactory.create()
    made = made_of(tenant=tenant, acting_user=operator)
    connections.change_connection(made, acting_user=operator, name="Acme")
    connections.suspend_connection(made, acting_user=operator)
    connections.resume_connection(made, acting_user=operator)
    connections.delete_connection(made, acting_user=operator)
    events = Event.objects.filter(target_id=str(made.pk)).order_by("pk")
    assert [event.action for event in events] == [
        "social:connection:created",
        "social:connection:changed",
        "social:connection:suspended",
        "social:connection:resumed",
        "social:connection:deleted",
    ]
    for event in events:
        assert event.tenant_id == tenant.pk and event.actor_id == str(operator.pk)
        assert event.target_type == "connection" and event.target_label == "acme"
        assert event.details["connection"] == "acme"
    changed, deleted = events[1], events[4]
    assert changed.details["changed"] == ["name"]
    assert deleted.details["people"] == 0


def _deeds(made: Connection) -> list[Callable[[User], Any]]:
    return [
        lambda user: made_of(provider_id="other", acting_user=user),
        lambda user: connections.change_connection(made, acting_user=user, name="x"),
        lambda user: connections.suspend_connection(made, acting_user=user),
        lambda user: connections.resume_connection(made, acting_user=user),
        lambda user: connections.delete_connection(made, acting_user=user),
    ]


@pytest.mark.parametrize(
    "traits",
    [{}, {"is_staff": True}, {"is_superuser": True, "is_active": False}],
)
@pytest.mark.parametrize("deed", range(5))
def test_nobody_but_an_active_superuser_does_anything(
    traits: dict[str, Any],
    deed: int,
) -> None:
    made = made_of()
    with pytest.raises(Forbidden):
        _deeds(made)[deed](UserFactory.create(**traits))
    assert Connection.objects.get().name == made.name
    assert Event.objects.exclude(action="social:connection:created").count() == 0


def test_there_is_no_other_provider() -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of("myspace")
    assert place_of(refusal) == ["provider"]


@pytest.mark.parametrize(
    "provider_id",
    [
        *["", "-", "-a", "a-", "A", "a_b", "a/b", "..", "a b", "a" * 65, "a\n"],
        *["\u00e4", "a\x00", "\ud800", "%2e", "a?b"],
    ],
)
def test_an_id_is_small_letters_digits_and_dashes(provider_id: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of(provider_id=provider_id)
    assert place_of(refusal) == ["provider_id"]


@pytest.mark.parametrize("provider_id", ["a", "0", "acme-login", "a" * 64])
def test_other_ids_are_taken(provider_id: str) -> None:
    assert made_of(provider_id=provider_id).provider_id == provider_id


def test_an_id_is_of_one_connection_of_all_tenants() -> None:
    made_of()
    with pytest.raises(Conflict, match="Another connection"):
        made_of(tenant=TenantFactory.create())
    assert Connection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_id() -> None:
    def add(_: int) -> bool:
        try:
            made_of()
        except Conflict:
            return False
        finally:
            database.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == [False, True]
    assert Connection.objects.count() == 1


@pytest.mark.parametrize(
    ("provider", "field"),
    [
        ("github", "client_id"),
        ("github", "client_secret"),
        ("google", "client_secret"),
        ("apple", "client_secret"),
        ("apple", "team_id"),
        ("apple", "key_id"),
        ("oidc", "issuer"),
        ("oidc", "client_id"),
    ],
)
def test_what_a_provider_needs_has_to_be_there(
    provider: str,
    field: str,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of(provider, **{field: ""})
    assert place_of(refusal) == [field]


def test_an_openid_provider_may_know_us_without_a_secret() -> None:
    assert made_of("oidc").secret == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 65),
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "a\nb"),
        ("client_id", "x" * 256),
        ("client_id", "a\nb"),
        ("client_id", "\N{SNOWMAN}"),
        ("team_id", "x" * 33),
        ("key_id", "a\tb"),
        ("client_secret", "a\nb"),
        ("client_secret", "x" * 256),
        ("client_secret", "pass\N{SNOWMAN}"),
        ("client_secret", " "),
        ("scopes", ['a"b']),
        ("scopes", ["a b"]),
        ("scopes", [""]),
        ("scopes", ["x" * 129]),
        ("scopes", [f"s{n}" for n in range(21)]),
        ("native_client_ids", ["com.example.app"]),
    ],
)
def test_what_is_no_value_is_refused_at_its_field(
    field: str,
    value: Any,
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of(**{field: value})
    assert place_of(refusal) == [field]
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://id.example.com/", "https://id.example.com"),
        (" https://id.example.com/realms/a// ", "https://id.example.com/realms/a"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://id.example.com:8443/a", "https://id.example.com:8443/a"),
    ],
)
def test_where_it_is_has_no_slash_at_its_end(
    given: str,
    kept: str,
) -> None:
    assert made_of("oidc", issuer=given).issuer == kept


@pytest.mark.parametrize(
    "issuer",
    [
        *[
            "http://id.example.com",
            "ftp://id.example.com",
            "id.example.com",
            "https://",
        ],
        *[
            "https://a@id.example.com",
            "https://id.example.com?a=b",
            "javascript:alert(1)",
        ],
        *[
            "https://id.example.com#a",
            "https://id.example.com/a b",
            "https://\u00e4.example",
        ],
        *["https://id.example.com/\x00", "https://id.example.com/" + "x" * 255],
        *["https://[", "https://id.example.com:port", "https://[::1"],
    ],
)
def test_where_it_is_is_an_https_url(issuer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of("oidc", issuer=issuer)
    assert place_of(refusal) == ["issuer"]


@pytest.mark.parametrize("provider", ["google", "apple", "facebook", "linkedin"])
def test_who_is_at_one_place_only_is_not_moved(provider: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of(provider, issuer="https://elsewhere.example.com")
    assert place_of(refusal) == ["issuer"]
    assert made_of(provider, issuer="").issuer == ""


@pytest.mark.parametrize("provider", ["github", "microsoft", "gitlab"])
def test_who_is_at_several_places_is_found_there(provider: str) -> None:
    made = made_of(provider, issuer="https://git.acme.example")
    assert made.issuer == "https://git.acme.example"


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_apps_of_google_and_apple_may_send_tokens(provider: str) -> None:
    made = made_of(provider, native_client_ids=["a", "b", "a"])
    assert made.native_client_ids == ["a", "b"]


@pytest.mark.parametrize(
    "key",
    [RSA_KEY, OTHER_CURVE, "no key", APPLE_KEY[:60]],
)
def test_apples_secret_is_a_private_key_on_its_curve(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        made_of("apple", client_secret=key)
    assert place_of(refusal) == ["client_secret"]
    assert key not in str(refusal.value.errors)


def test_apples_key_may_come_with_windows_line_ends() -> None:
    key = APPLE_KEY.replace("\n", "\r\n")
    assert "PRIVATE KEY" in made_of("apple", client_secret=key).secret


def test_nothing_changed_is_no_event() -> None:
    made = made_of()
    connections.change_connection(
        made, acting_user=None, name="GitHub", client_secret="", client_id="Iv1.abc"
    )
    assert not Event.objects.filter(action="social:connection:changed").exists()


def test_a_change_that_would_not_work_changes_nothing() -> None:
    made = made_of()
    with pytest.raises(InvalidInput):
        connections.change_connection(made, acting_user=None, name="x", client_id="")
    made.refresh_from_db()
    assert (made.name, made.client_id) == ("GitHub", "Iv1.abc")


def test_where_it_is_moves_until_somebody_is_known_by_it() -> None:
    made = made_of("oidc")
    elsewhere = "https://new.example.com"
    connections.change_connection(made, acting_user=None, issuer=elsewhere)
    IdentityFactory(connection=made)
    with pytest.raises(Conflict, match="People are known by it"):
        connections.change_connection(made, acting_user=None, issuer=OIDC["issuer"])
    made.refresh_from_db()
    assert made.issuer == elsewhere
    same = f"{elsewhere}/"
    connections.change_connection(made, acting_user=None, issuer=same, name="New")
    made.refresh_from_db()
    assert made.name == "New"


def test_suspending_twice_is_one_event() -> None:
    made = made_of()
    for _ in range(2):
        connections.suspend_connection(made, acting_user=None)
    first = Connection.objects.get().suspended_at
    assert first
    for _ in range(2):
        connections.resume_connection(made, acting_user=None)
    assert Connection.objects.get().suspended_at is None
    assert Event.objects.filter(action="social:connection:suspended").count() == 1
    assert Event.objects.filter(action="social:connection:resumed").count() == 1


def test_an_application_is_offered_its_tenants_and_everybodys() -> None:
    mine, other = TenantFactory.create(), TenantFactory.create()
    everybodys = made_of(provider_id="all")
    own = made_of(provider_id="mine", tenant=mine)
    made_of(provider_id="other", tenant=other)
    shut = made_of(provider_id="shut", tenant=mine)
    connections.suspend_connection(shut, acting_user=None)
    assert list(Connection.objects.open_to(mine.pk)) == [everybodys, own]


def test_who_was_known_by_a_deleted_one_keeps_the_account() -> None:
    made, other = made_of(), ConnectionFactory()
    gone, stays = IdentityFactory(connection=made), IdentityFactory(connection=other)
    connections.delete_connection(made, acting_user=None)
    assert list(Identity.objects.all()) == [stays]
    assert User.objects.filter(pk=gone.user.pk, is_active=True).exists()
    event = Event.objects.get(action="social:connection:deleted")
    assert event.details["people"] == 1
