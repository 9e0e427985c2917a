"""From a password to a pair: what is written, what is refused, and what races do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import flows
from accounts import services as accounts
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailVerificationRequired, InvalidCredentials
from accounts.models import User
from config import context
from config.errors import InvalidInput, ServiceError
from tenants.admission import (
    ApplicationSuspended,
    NotAMember,
    RestLoginNotAllowed,
)
from tenants.models import Application, Membership
from tests.authenticators import has_app
from tests.conftest import Together
from tests.factories import (
    PASSWORD,
    ApiFactory,
    ApplicationFactory,
    MembershipFactory,
    TenantFactory,
    UserFactory,
)
from tests.tokens.pairs import minted
from tokens import verification
from tokens.minting import TokenPair
from tokens.models import Login, Session
from tokens.services import entrances, refresh, second_factor, sign_in
from tokens.services.sign_in import Credentials

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def log_in(
    user: User,
    application: Application | None = None,
    password: str = PASSWORD,
) -> TokenPair:
    """Sign somebody in."""
    outcome = sign_in.log_in(
        Credentials(user.email, password),
        client_id=application.client_id if application else None,
        audience=None,
    )
    return minted(outcome)


def event(action: Action) -> Event:
    """Return the one event of an action."""
    return Event.objects.get(action=action)


def test_a_sign_in_writes_down_what_it_was() -> None:
    user = UserFactory()
    before = timezone.now()
    with context.entered(context.RequestContext("192.0.2.7", "Browser", "r1")):
        pair = log_in(user)
    login = Login.objects.get()
    assert (login.user, login.ip, login.user_agent) == (user, "192.0.2.7", "Browser")
    assert login.amr == ["pwd"] and login.epoch == user.epoch
    assert before - timedelta(seconds=1) <= login.auth_time <= timezone.now()
    session = Session.objects.get()
    assert (session.sid, session.login) == (pair.standing.sid, login)
    assert (session.generation, session.door) == (0, "rest")
    user.refresh_from_db()
    assert user.last_login and user.last_login >= before


def test_the_trail_names_person_tenant_and_session_and_no_secret() -> None:
    application, user = ApplicationFactory(), UserFactory()
    pair = log_in(user, application)
    told = event(Action.LOGIN_SUCCEEDED)
    assert (told.actor_id, told.target_id) == (str(user.pk), str(user.pk))
    assert told.tenant_id == application.tenant_id
    sid = str(pair.standing.sid)
    assert told.details == {"client_id": application.client_id, "sid": sid}
    written = str([e.__dict__ for e in Event.objects.all()])
    for secret in (PASSWORD, pair.access_token, pair.refresh_token):
        assert secret not in written


def test_a_session_is_for_what_the_application_may_ask_for() -> None:
    tenant = TenantFactory()
    api = ApiFactory(tenant=tenant)
    application = ApplicationFactory(
        tenant=tenant,
        apis=[api],
        session_idle_seconds=7200,
        session_absolute_seconds=3600,
    )
    log_in(UserFactory(), application)
    session = Session.objects.get()
    assert (session.audience, session.scope) == (api, "orders:read")
    lives = session.expires_at - timezone.now()
    assert timedelta(seconds=3590) < lives <= timedelta(seconds=3600)
    assert session.idle_expires_at == session.expires_at


def test_a_session_remembers_what_stood_when_it_began() -> None:
    application = ApplicationFactory(epoch=3, tenant__epoch=4)
    user = UserFactory(epoch=5)
    MembershipFactory(user=user, tenant=application.tenant, epoch=6)
    log_in(user, application)
    session = Session.objects.get()
    assert (session.application_epoch, session.tenant_epoch) == (3, 4)
    assert (session.login.epoch, session.membership_epoch) == (5, 6)


def test_the_built_in_application_makes_nobody_a_member() -> None:
    log_in(UserFactory())
    assert Session.objects.get().membership_epoch is None
    assert not Membership.objects.exists()


def test_an_address_signs_in_however_it_is_spelled() -> None:
    user = UserFactory(email="Ann@Example.com")
    assert log_in(User(email="ａｎｎ@EXAMPLE.com")).standing.user_id == user.pk


@pytest.mark.parametrize(
    "email", ["nobody@example.com", "no address", "", "@", "\u202e@x"]
)
def test_nobody_is_nobody_and_leaves_nothing(email: str) -> None:
    with pytest.raises(InvalidCredentials):
        log_in(User(email=email))
    assert not Login.objects.exists() and not Session.objects.exists()


def test_an_unknown_application_is_an_error_in_the_request() -> None:
    with pytest.raises(InvalidInput) as refusal:
        log_in(UserFactory(), Application(client_id="unknown"))
    assert refusal.value.errors[0].pointer == "#/client_id"


@pytest.mark.parametrize(
    ("traits", "refused"),
    [
        ({"is_first_party": False}, RestLoginNotAllowed),
        ({"type": "web"}, RestLoginNotAllowed),
        ({"type": "service"}, RestLoginNotAllowed),
        ({"suspended_at": timezone.now()}, ApplicationSuspended),
        ({"tenant__suspended_at": timezone.now()}, ApplicationSuspended),
    ],
)
def test_the_wrong_application_is_refused_before_the_password_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
    traits: dict[str, Any],
    refused: type[ServiceError],
) -> None:
    def fail(**given: Any) -> None:
        raise AssertionError("the password was looked at")

    monkeypatch.setattr(flows, "log_in", fail)
    application = ApplicationFactory(**traits)
    with pytest.raises(refused):
        log_in(UserFactory(), application)


@pytest.mark.parametrize(
    "traits",
    [
        {"suspended_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
    ids=["suspended", "expired"],
)
def test_a_membership_that_ended_admits_nobody_not_even_to_an_open_tenant(
    traits: dict[str, Any],
) -> None:
    application, user = ApplicationFactory(), UserFactory()
    MembershipFactory(user=user, tenant=application.tenant, **traits)
    with pytest.raises(NotAMember):
        log_in(user, application)
    told = event(Action.LOGIN_REFUSED)
    assert not told.succeeded and told.target_id == str(user.pk)
    assert told.outcome == f"not a member of {application.tenant.slug}"
    assert not Login.objects.exists() and not Session.objects.exists()
    user.refresh_from_db()
    assert user.last_login is None


def test_an_invited_member_signs_in_and_a_stranger_does_not() -> None:
    application = ApplicationFactory(tenant=TenantFactory(registration="invite"))
    alice, mallory = UserFactory(), UserFactory()
    MembershipFactory(user=alice, tenant=application.tenant)
    assert log_in(alice, application)
    with pytest.raises(InvalidCredentials):
        log_in(mallory, application, "wrong password entirely")
    with pytest.raises(NotAMember):
        log_in(mallory, application)
    assert Membership.objects.count() == 1


def test_an_address_that_changed_hands_during_the_check_signs_nobody_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice, bob = UserFactory(), UserFactory()
    proven = flows.Authenticated(bob.pk, ("pwd",), timezone.now())
    monkeypatch.setattr(flows, "log_in", lambda **_: proven)
    with pytest.raises(InvalidCredentials):
        log_in(alice)
    with pytest.raises(InvalidCredentials):
        log_in(User(email="nobody@example.com"))
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_password_is_never_hashed_inside_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[bool] = []
    check = flows.log_in

    def watched(**given: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return check(**given)

    monkeypatch.setattr(flows, "log_in", watched)
    log_in(UserFactory(), ApplicationFactory())
    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_first_sign_ins_at_once_join_an_open_tenant_once(together: Together) -> None:
    application, user = ApplicationFactory(), UserFactory()
    pairs = together(6, lambda _: log_in(user, application))
    assert all(isinstance(pair, TokenPair) for pair in pairs), pairs
    assert Membership.objects.count() == 1
    assert Event.objects.filter(action=Action.MEMBERSHIP_CREATED).count() == 1
    assert Session.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_no_pair_survives_a_disabling_that_runs_beside_it(together: Together) -> None:
    application, user = ApplicationFactory(), UserFactory()

    def race(number: int) -> Any:
        if number == 3:
            return accounts.disable_user(user, acting_user=None)
        return log_in(user, application)

    outcomes = together(7, race)
    pairs = [outcome for outcome in outcomes if isinstance(outcome, TokenPair)]
    refused = [o for o in outcomes if isinstance(o, ServiceError)]
    assert len(pairs) + len(refused) == 6, outcomes
    assert not Session.objects.all().live().exists()
    for pair in pairs:
        with pytest.raises(ServiceError):
            verification.verify(pair.access_token, audience=None)
        with pytest.raises(ServiceError):
            refresh.refresh(pair.refresh_token)


def test_whoever_a_provider_vouches_for_is_in() -> None:
    ann = UserFactory()
    entrance = replace(entrances.rest(None, None), connection="example")
    session = sign_in.enter_by_provider(ann, entrance)
    assert isinstance(session, Session) and session.login.amr == ["fed"]
    event = Event.objects.get(action=Action.LOGIN_SUCCEEDED)
    assert event.details["connection"] == "example"


def test_a_provider_lets_nobody_in_who_is_disabled_or_unproven() -> None:
    tenant = TenantFactory(verification_required=True)
    application = ApplicationFactory(tenant=tenant)
    entrance = entrances.rest(application.client_id, None)
    with pytest.raises(InvalidCredentials):
        sign_in.enter_by_provider(UserFactory(is_active=False), entrance)
    with pytest.raises(EmailVerificationRequired):
        sign_in.enter_by_provider(UserFactory(verified=False), entrance)
    assert not Login.objects.exists()


def test_whose_word_it_was_is_kept_over_the_second_factor() -> None:
    ann = UserFactory()
    app = has_app(ann)
    tenant = TenantFactory()
    entrance = replace(
        entrances.rest(None, None), connection="example", bound_to=tenant.pk
    )
    asked = sign_in.enter_by_provider(ann, entrance)
    assert isinstance(asked, flows.Pending)
    proof = second_factor.Proof("totp", code=app.code())
    second_factor.prove(asked.flow_token, proof)
    login = Login.objects.get()
    assert login.bound_to == tenant and login.amr == ["fed", "otp", "mfa"]
