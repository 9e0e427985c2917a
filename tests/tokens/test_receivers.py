"""What the apps below tell us ends what it should, inside their transaction."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.dispatch import Signal

from accounts import services as accounts
from accounts.models import User
from accounts.privacy import services as privacy
from accounts.signals import (
    account_disabled,
    credentials_changed,
    signed_out_everywhere,
)
from tenants.models import Application
from tenants.services import apis, applications
from tenants.signals import (
    application_suspended,
    membership_ended,
    roles_changed,
    tenant_suspended,
)
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    SessionFactory,
    UserFactory,
)
from tokens import revocations
from tokens.models import Login, Revocation, Session
from tokens.revocations import subject_of

pytestmark = pytest.mark.django_db


class Cast:
    """Alice at the shop and at another application of its tenant; Bob at the shop."""

    def __init__(self) -> None:
        self.shop = ApplicationFactory()
        self.tenant = self.shop.tenant
        beside = ApplicationFactory(tenant=self.tenant)
        self.alice, self.bob = UserFactory(), UserFactory()
        self.sessions = {
            "alice": SessionFactory(user=self.alice, application=self.shop),
            "alice beside": SessionFactory(user=self.alice, application=beside),
            "alice elsewhere": SessionFactory(user=self.alice),
            "bob": SessionFactory(user=self.bob, application=self.shop),
        }

    def ended(self) -> set[str]:
        """Return whose sessions ended."""
        gone = set(Session.objects.exclude(revoked_at=None))
        return {name for name, session in self.sessions.items() if session in gone}

    def keep(self) -> Any:
        """Return the login of Alice's first session."""
        return self.sessions["alice"].login_id


@pytest.fixture
def cast() -> Cast:
    """The cast, with all sessions alive."""
    return Cast()


def rows() -> set[tuple[str, str]]:
    """Return what the blacklist names."""
    return set(Revocation.objects.values_list("kind", "subject"))


def named(
    kind: str,
    *identities: object,
) -> set[tuple[str, str]]:
    """Return how things of one kind are named there."""
    return {(kind, subject_of(kind, str(identity))) for identity in identities}


ALICES = {"alice", "alice beside", "alice elsewhere"}
Told = Callable[[Cast], dict[str, Any]]
CASES: dict[str, tuple[Signal, Told, set[str]]] = {
    "account disabled": (account_disabled, lambda c: {"user": c.alice}, ALICES),
    "signed out": (signed_out_everywhere, lambda c: {"user": c.alice}, ALICES),
    "password changed": (
        credentials_changed,
        lambda c: {"user": c.alice, "keep_login": None},
        ALICES,
    ),
    "password changed here": (
        credentials_changed,
        lambda c: {"user": c.alice, "keep_login": c.keep()},
        ALICES - {"alice"},
    ),
    "tenant suspended": (
        tenant_suspended,
        lambda c: {"tenant": c.tenant},
        {"alice", "alice beside", "bob"},
    ),
    "application suspended": (
        application_suspended,
        lambda c: {"application": c.shop},
        {"alice", "bob"},
    ),
    "membership ended": (
        membership_ended,
        lambda c: {"user_id": c.alice.pk, "tenant": c.tenant},
        {"alice", "alice beside"},
    ),
    "roles changed": (
        roles_changed,
        lambda c: {"user_ids": [c.alice.pk, c.bob.pk], "tenant": c.tenant},
        set(),
    ),
}
ROWS: dict[str, Callable[[Cast], set[tuple[str, str]]]] = {
    "account disabled": lambda c: named("user", c.alice.pk),
    "tenant suspended": lambda c: named("tenant", c.tenant.pk),
    "application suspended": lambda c: named("application", c.shop.client_id),
    "membership ended": lambda c: named("membership", f"{c.tenant.pk}:{c.alice.pk}"),
    "roles changed": lambda c: named(
        "membership", *(f"{c.tenant.pk}:{user.pk}" for user in (c.alice, c.bob))
    ),
}


def tell(
    cast: Cast,
    case: str,
) -> set[str]:
    """Send what the app below sends; return whose sessions must have ended."""
    signal, told, ends = CASES[case]
    signal.send(User, acting_user=None, reason="test", **told(cast))
    return ends


@pytest.mark.parametrize("case", CASES)
def test_each_signal_ends_what_it_concerns_and_nothing_else(
    cast: Cast,
    case: str,
) -> None:
    ends = tell(cast, case)
    assert cast.ended() == ends
    reasons = Session.objects.exclude(revoked_at=None).values_list("reason", flat=True)
    assert set(reasons) <= {"test"}


@pytest.mark.parametrize("case", CASES)
def test_each_signal_leaves_the_rows_that_refuse_access_tokens(
    cast: Cast,
    case: str,
) -> None:
    ends = tell(cast, case)
    sids = [cast.sessions[name].sid for name in ends]
    expected = ROWS[case](cast) if case in ROWS else named("session", *sids)
    assert rows() == expected


@pytest.mark.parametrize("case", ["account disabled", "password changed", "signed out"])
def test_logins_end_with_their_user(
    cast: Cast,
    case: str,
) -> None:
    tell(cast, case)
    assert not Login.objects.filter(user=cast.alice, revoked_at=None).exists()
    assert Login.objects.filter(user=cast.bob, revoked_at=None).exists()


def test_a_login_outlives_a_membership(cast: Cast) -> None:
    tell(cast, "membership ended")
    assert Login.objects.filter(user=cast.alice, revoked_at=None).count() == 3


def test_a_deleted_application_is_still_named(cast: Cast) -> None:
    applications.delete_application(cast.shop, acting_user=None)
    assert not Application.objects.filter(client_id=cast.shop.client_id).exists()
    assert rows() == named("application", cast.shop.client_id)


def test_a_deleted_user_is_still_named(cast: Cast) -> None:
    pk = cast.alice.pk
    privacy.delete_user(cast.alice, acting_user=None)
    assert named("user", pk) <= rows()


def test_an_ending_that_fails_takes_the_change_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is disabled on paper only."""
    user = MembershipFactory().user

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no row was written")

    monkeypatch.setattr(revocations, "write", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        accounts.disable_user(user, acting_user=None)
    user.refresh_from_db()
    assert user.is_active and user.epoch == 0


def test_sessions_for_a_deleted_api_end_and_their_tokens_are_refused() -> None:
    api = ApiFactory()
    session = SessionFactory(audience=api)
    other = SessionFactory()
    apis.delete_api(api, acting_user=None)
    [row] = Revocation.objects.all()
    assert row.subject == subject_of("session", str(session.sid))
    assert set(Session.objects.live()) == {other}
