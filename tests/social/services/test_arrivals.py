"""Who somebody is here, for whom a provider vouches."""

from typing import Any

import pytest
from django.db import OperationalError

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, EmailVerificationRequired, InvalidCredentials
from accounts.flows import verification
from accounts.models import User
from config.errors import Unavailable
from social.errors import EmailUnproven, LinkRequired, UpstreamFault
from social.models import Connection, Identity
from social.services import arrivals, identities
from social.upstream import Vouched
from tenants import admission
from tenants.admission import RegistrationClosed
from tests.conftest import Together
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    ConnectionFactory,
    IdentityFactory,
    TenantFactory,
    UserFactory,
)
from tokens.models import Login, Session
from tokens.services import entrances, sign_in
from tokens.services.entrances import Entrance
from tokens.services.sign_in import Credentials

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
ANN = Vouched("u-1", "ann@example.com", True, "Ann")


@pytest.fixture
def connection(db: None) -> Connection:
    made: Connection = ConnectionFactory(provider_id="example")
    return made


@pytest.fixture
def entrance(db: None) -> Entrance:
    return entrances.rest(ApplicationFactory().client_id, None)


def enter(
    connection: Connection,
    vouched: Vouched,
    entrance: Entrance,
) -> Session | flows.Pending:
    """Have somebody arrive where people may sign up as the tenant says."""

    def admit() -> None:
        admission.admit_registration(entrance.application)

    return arrivals.enter(connection, vouched, entrance, admit=admit)


def test_somebody_new_gets_an_account(
    connection: Connection,
    entrance: Entrance,
) -> None:
    session = enter(connection, ANN, entrance)
    assert isinstance(session, Session) and session.login.amr == ["fed"]
    person = User.objects.get()
    assert verification.is_verified(person.pk) and not person.has_usable_password()
    for action in (Action.USER_REGISTERED, Action.IDENTITY_LINKED):
        assert Event.objects.get(action=action).target_id == str(person.pk)


def test_a_name_that_nobody_may_have_is_left_out(
    connection: Connection,
    entrance: Entrance,
) -> None:
    enter(connection, Vouched("u-1", ANN.email, True, "a\u202eb"), entrance)
    assert User.objects.get().name == ""


def test_whoever_is_known_needs_no_address(
    connection: Connection,
    entrance: Entrance,
) -> None:
    known = IdentityFactory(connection=connection, subject="u-1")
    session = enter(connection, Vouched("u-1"), entrance)
    assert isinstance(session, Session) and session.login.user == known.user


def test_a_subject_is_one_connections(
    connection: Connection,
    entrance: Entrance,
) -> None:
    IdentityFactory(subject="u-1")
    IdentityFactory(connection=connection, subject="U-1")
    with pytest.raises(EmailUnproven):
        enter(connection, Vouched("u-1"), entrance)


def test_a_proven_account_is_signed_in_to_first(
    connection: Connection,
    entrance: Entrance,
    ann: User,
) -> None:
    with pytest.raises(LinkRequired):
        enter(connection, ANN, entrance)
    assert not Identity.objects.exists()


def test_an_unproven_account_is_its_owners_from_now_on(
    connection: Connection,
    entrance: Entrance,
) -> None:
    made = UserFactory(email="ann@example.com", verified=False, name="Mallory")
    session = enter(connection, ANN, entrance)
    assert isinstance(session, Session) and session.login.user == made
    made.refresh_from_db()
    assert made.name == "Ann" and not made.check_password(PASSWORD)
    assert Identity.objects.get().user == made


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_an_operators_account_is_never_given_away(
    connection: Connection,
    entrance: Entrance,
    right: str,
) -> None:
    made = UserFactory(email="ann@example.com", verified=False, **{right: True})
    with pytest.raises(LinkRequired):
        enter(connection, ANN, entrance)
    made.refresh_from_db()
    assert made.check_password(PASSWORD) and not Identity.objects.exists()


def test_a_disabled_unproven_account_stays_disabled(
    connection: Connection,
    entrance: Entrance,
) -> None:
    made = UserFactory(email="ann@example.com", verified=False, is_active=False)
    with pytest.raises(UpstreamFault) as refusal:
        enter(connection, ANN, entrance)
    assert "disabled" not in str(refusal.value.detail)
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.details["check"] == "account" and not event.succeeded
    made.refresh_from_db()
    assert made.check_password(PASSWORD) and not Identity.objects.exists()


def test_a_disabled_person_is_refused(
    connection: Connection,
    entrance: Entrance,
) -> None:
    gone = UserFactory(is_active=False)
    IdentityFactory(connection=connection, subject="u-1", user=gone)
    with pytest.raises(UpstreamFault):
        enter(connection, ANN, entrance)
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.target_id == str(gone.pk)


def test_nobody_new_comes_where_nobody_may_sign_up(connection: Connection) -> None:
    tenant = TenantFactory(registration="closed")
    closed = entrances.rest(ApplicationFactory(tenant=tenant).client_id, None)
    with pytest.raises(RegistrationClosed):
        enter(connection, ANN, closed)
    assert not User.objects.exists()


def test_a_known_account_with_an_unproven_address_is_told_how_to_prove_it(
    connection: Connection,
) -> None:
    tenant = TenantFactory(verification_required=True)
    strict = entrances.rest(ApplicationFactory(tenant=tenant).client_id, None)
    user = UserFactory(verified=False)
    IdentityFactory(connection=connection, subject="u-1", user=user)
    with pytest.raises(EmailVerificationRequired):
        enter(connection, ANN, strict)


def test_a_database_that_stays_locked_is_told_plainly(
    connection: Connection,
    entrance: Entrance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def locked(*args: Any) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr(identities, "connect", locked)
    with pytest.raises(Unavailable):
        enter(connection, ANN, entrance)
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unproven", [False, True])
def test_two_arrivals_of_one_person_are_both_in(
    connection: Connection,
    entrance: Entrance,
    together: Together,
    unproven: bool,
) -> None:
    if unproven:
        UserFactory(email="ann@example.com", verified=False)
    found = together(2, lambda number: enter(connection, ANN, entrance))
    assert [r for r in found if not isinstance(r, Session)] == []
    assert User.objects.count() == Identity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_arrival_and_a_sign_up_make_one_account(
    connection: Connection,
    entrance: Entrance,
    together: Together,
) -> None:
    def come(number: int) -> Any:
        if number:
            return enter(connection, ANN, entrance)
        given = Credentials("ann@example.com", PASSWORD)
        return sign_in.enter_by_sign_up(given, entrance)

    signed_up, arrived = together(2, come)
    person = User.objects.get()
    assert isinstance(arrived, Session), arrived
    assert Identity.objects.get().user == person
    assert not person.has_usable_password()
    if isinstance(signed_up, Session):  # first; then the account changed hands
        assert not Login.objects.filter(pk=signed_up.login_id, revoked_at=None).exists()
    else:
        assert isinstance(signed_up, EmailTaken | InvalidCredentials), signed_up
    assert verification.is_verified(person.pk)
