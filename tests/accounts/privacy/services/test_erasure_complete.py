"""After an erasure the whole database is searched: nothing tells who it was."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from rest_framework.test import APIClient

from accounts import limits, lockouts, rights
from accounts import services as accounts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.audit.services import record
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import IdempotencyKey, KnownDevice, Lockout, SpentCode, User
from accounts.outbox.services import enqueue_mail
from accounts.privacy import services
from accounts.services.users import NewUser
from config import context
from config.encryption import decrypt
from config.errors import Unavailable
from config.sessions import SessionStore
from tenants.models import Membership
from tests.factories import PASSWORD, ApplicationFactory, TenantFactory, UserFactory
from tests.operators import console
from tokens.models import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

EMAIL, KEY = "Zoë.Quux@Example.com", "zoë.quux@example.com"
NAME, IP, AGENT = "Zenobia Quuxington", "203.0.113.77", "zenobrowser/77"
FORMER = "zq.former@example.com"
# long enough, or with a dot, so that no random key or digest tells them by chance
TELLING = [".quux", "quuxington", "zenobia", "zenobrowser", "zq.former", "203.0.113.77"]
TELLING += ["7a6fc3ab2e71757578"]


def texts() -> Iterator[tuple[str, str]]:
    """Yield every value of every table, decrypted where that is possible."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", _readable(value)


def _readable(value: Any) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    try:
        text += decrypt(text)
    except (Unavailable, ValueError):
        pass
    try:
        text += str(json.loads(text))  # \\u00eb and the like
    except ValueError:
        pass
    return text.casefold()


def told() -> set[str]:
    """Return the columns in which the person can still be recognised."""
    return {column for column, text in texts() for one in TELLING if one in text}


@pytest.fixture
def root() -> User:
    """Who runs the instance."""
    user: User = UserFactory(email="root@example.com", is_superuser=True)
    return user


@pytest.fixture
def zenobia(
    root: User,
    settings: Any,
) -> Iterator[User]:
    """A person who did everything that leaves a trace, from one place."""
    settings.RATE_LIMITS = True
    here = context.RequestContext(ip=IP, user_agent=AGENT)
    made = APIClient()
    application = ApplicationFactory(tenant=TenantFactory())
    new = NewUser(email=EMAIL, password=PASSWORD, name=NAME, verified=True)
    user = accounts.create_user(new, acting_user=root)
    _sign_in(made, application.client_id)
    _guess_wrongly(made)
    with context.entered(here):
        _act(user, root)
    held = rights.Rights(True, False, frozenset({"accounts.view_user"}))
    rights.set_rights(user, rights=held, acting_user=root)
    console(user)
    browser = SessionStore()
    browser["flow"] = {"user_id": str(user.pk), "email_key": KEY}
    browser.create()
    yield user


def _sign_in(
    client: APIClient,
    client_id: str,
) -> None:
    body = {"email": EMAIL, "password": PASSWORD, "client_id": client_id}
    headers = {"user-agent": AGENT}
    answer = client.post("/api/v1/auth/login", body, REMOTE_ADDR=IP, headers=headers)
    assert answer.status_code == 200, answer.content


def _guess_wrongly(client: APIClient) -> None:
    """Be locked out from another place, and told so."""
    with context.entered(context.RequestContext(ip=IP)):
        guess = lockouts.Guess(KEY, IP, known=False)
        for _ in range(10):
            limits.hit("login_account", KEY, IP)
        guess.failed("wrong password")
    body = {"email": EMAIL, "password": "not the right one"}
    client.post("/api/v1/auth/login", body, REMOTE_ADDR=IP)
    unknown = {"email": FORMER, "password": "not the right one"}
    client.post("/api/v1/auth/login", unknown, REMOTE_ADDR=IP)


def _act(
    user: User,
    root: User,
) -> None:
    """Leave every other kind of row behind."""
    accounts.change_profile(user, name=f"{NAME} II", acting_user=user)
    accounts.change_profile(user, name=NAME, acting_user=user)
    record(
        Action.EMAIL_CHANGED,
        acting=user,
        target=user,
        details={"from": FORMER, "to": EMAIL},
    )
    user.email = EMAIL
    for purpose in Purpose:
        links.make(user, purpose, data={"email": EMAIL})
    links.make(user, Purpose.UNDO_EMAIL_CHANGE, email_key=FORMER)
    KnownDevice.objects.create(user=user, digest="d" * 64)
    SpentCode.objects.create(digest="e" * 64)
    Authenticator.objects.create(user=user, type="totp", data={"name": NAME})
    for to in (EMAIL, FORMER):
        enqueue_mail(to=to, subject=NAME, text=f"Hello {NAME} at {IP}")
    for caller in (user, root):
        IdempotencyKey.objects.create(
            caller=str(caller.pk),
            key=f"key-{caller.pk}",
            fingerprint="f" * 64,
            status=201,
            body={"id": str(user.pk), "email": EMAIL, "name": NAME},
        )


def test_the_search_finds_what_there_is_before(zenobia: User) -> None:
    columns = {column.partition(".")[0] for column in told()}
    assert columns >= {
        *("accounts_user", "accounts_lockout", "accounts_knownaddress"),
        *("accounts_maillink", "accounts_idempotencykey", "account_emailaddress"),
        *("audit_event", "outbox_delivery", "tokens_login", "mfa_authenticator"),
        "django_session",
    }
    assert Lockout.objects.exists() and Login.objects.exists()


def test_after_an_erasure_nobody_is_recognised_anywhere(
    zenobia: User,
    root: User,
) -> None:
    events = set(Event.objects.values_list("pk", "action", "created_at"))
    services.erase_user(zenobia, acting_user=root)

    assert told() == set()
    assert events <= set(Event.objects.values_list("pk", "action", "created_at"))
    stored = User.objects.get(pk=zenobia.pk)
    assert stored.erased_at is not None and stored.email.endswith("@erased.invalid")


def test_after_a_deletion_nobody_is_recognised_either(
    zenobia: User,
    root: User,
) -> None:
    services.delete_user(zenobia, acting_user=root)
    assert told() == set()


def test_after_leaving_and_its_time_nobody_is_recognised(zenobia: User) -> None:
    services.request_erasure(zenobia, acting_user=zenobia)
    User.objects.filter(pk=zenobia.pk).update(erase_at="2020-01-01T00:00:00Z")
    assert services.erase_due() == 1
    assert told() == set()


def test_a_later_account_with_the_address_inherits_nothing(
    zenobia: User,
    root: User,
    settings: Any,
) -> None:
    services.erase_user(zenobia, acting_user=root)

    new = NewUser(email=EMAIL, password=PASSWORD)
    again = accounts.create_user(new, acting_user=root)

    assert not Lockout.objects.exists() and not Membership.objects.exists()
    assert not again.known_addresses.exists() and not again.mail_links.exists()
    assert not IdempotencyKey.objects.filter(caller=str(again.pk)).exists()
    assert not Login.objects.exists() and not again.has_perm("accounts.view_user")
    assert [str(e.pk) for e in Event.objects.all().about(str(again.pk))[1:]] == []
    held = services.export_data(again, acting_user=again)["data"]
    assert held["accounts"]["addresses"] == [
        {"email": KEY, "primary": True, "verified": False}
    ]
    assert again.pk != zenobia.pk
    settings.RATE_LIMITS = False  # the counters are digests, and pass in minutes
    _sign_in(APIClient(), "default")
