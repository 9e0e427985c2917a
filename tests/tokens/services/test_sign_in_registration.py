"""From a sign-up to a pair: made, signed in and joined in one go, or not at all."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken
from accounts.models import User
from config.errors import ServiceError
from tenants.admission import (
    ApplicationSuspended,
    RegistrationClosed,
    RestLoginNotAllowed,
)
from tenants.models import Application, Membership
from tests.conftest import Together
from tests.factories import PASSWORD, ApplicationFactory, TenantFactory, UserFactory
from tests.tokens.pairs import minted
from tokens.models import Session
from tokens.services import entrances, sign_in
from tokens.services.sign_in import Credentials

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def register(
    email: str = "new@example.com",
    application: Application | None = None,
) -> Session | flows.Pending:
    """Sign somebody up."""
    return sign_in.register(
        Credentials(email, PASSWORD, "New"),
        client_id=application.client_id if application else None,
        audience=None,
    )


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
def test_the_wrong_application_is_refused_before_anybody_is_made(
    monkeypatch: pytest.MonkeyPatch,
    traits: dict[str, Any],
    refused: type[ServiceError],
) -> None:
    def fail(**given: Any) -> None:
        raise AssertionError("somebody was made")

    monkeypatch.setattr(flows, "sign_up", fail)
    application = ApplicationFactory(**traits)
    with pytest.raises(refused):
        register(application=application)


@pytest.mark.django_db(transaction=True)
def test_a_password_is_never_hashed_inside_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[bool] = []
    make = flows.sign_up

    def watched(**given: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return make(**given)

    monkeypatch.setattr(flows, "sign_up", watched)
    register(application=ApplicationFactory())
    assert seen == [False]


def test_a_sign_up_signs_in_and_joins() -> None:
    application = ApplicationFactory()
    pair = minted(register(application=application))
    user = User.objects.get()
    assert (pair.standing.user_id, user.name) == (user.pk, "New")
    assert not user.is_staff and not user.is_superuser
    assert Membership.objects.get().tenant == application.tenant
    assert Event.objects.get(action=Action.LOGIN_SUCCEEDED).target_id == str(user.pk)


def test_a_sign_up_waits_for_the_address_where_the_tenant_says_so() -> None:
    tenant = TenantFactory(verification_required=True)
    outcome = register(application=ApplicationFactory(tenant=tenant))
    assert isinstance(outcome, flows.Pending) and outcome.flow_token
    assert not Session.objects.exists() and not Membership.objects.exists()


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_nobody_signs_up_where_the_tenant_is_not_open(registration: str) -> None:
    tenant = TenantFactory(registration=registration)
    with pytest.raises(RegistrationClosed):
        register(application=ApplicationFactory(tenant=tenant))
    assert not User.objects.exists()


def test_a_taken_address_is_no_sign_in_even_with_its_password() -> None:
    UserFactory(email="new@example.com")
    with pytest.raises(EmailTaken):
        register("NEW@example.com")
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_sign_ups_one_gets_the_address(together: Together) -> None:
    application = ApplicationFactory()
    outcomes = together(5, lambda _: register(application=application))
    assert sum(isinstance(outcome, Session) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == 4, outcomes
    assert User.objects.count() == Session.objects.count() == 1


def test_who_has_no_password_proves_their_address_whatever_the_tenant_says() -> None:
    application = ApplicationFactory(tenant=TenantFactory(verification_required=False))
    entrance = entrances.rest(application.client_id, None)
    given = Credentials("new@example.com", None, "New")
    outcome = sign_in.enter_by_sign_up(given, entrance)
    assert isinstance(outcome, flows.Pending)
    assert outcome.code == "email_verification_required"
    assert not User.objects.get().has_usable_password()
