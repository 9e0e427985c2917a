"""Codes: found by their client alone, claimed once, worthless after what ends consent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from config.errors import Unavailable
from tenants.admission import Target
from tests.conftest import Together
from tests.factories import ApiFactory, LoginFactory
from tests.tokens.oidc.party import (
    CALLBACK,
    CHALLENGE,
    Party,
    answer_of,
    browser_of,
    client_application,
)
from tests.tokens.oidc.sitting import decide
from tokens.models import Login, Session
from tokens.oidc.models import AuthorizationCode, Consent
from tokens.oidc.services import codes
from tokens.services import shares

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def login(ann: User) -> Login:
    made: Login = LoginFactory(user=ann)
    return made


def given(
    login: Login,
    party: Party,
    scope: str = "openid",
) -> tuple[str, AuthorizationCode]:
    """Return a fresh code, and its row."""
    target = Target(None, "", scope)
    grant = codes.Grant(party.application, target, CALLBACK, CHALLENGE, "a nonce")
    code = codes.give(grant, login_id=login.pk)
    row = codes.find(code, party.application)
    assert row is not None
    return code, row


@pytest.mark.spec("RFC 6749 10.10")
def test_a_code_is_random_short_lived_and_stored_as_a_digest(
    login: Login,
    party: Party,
) -> None:
    code, row = given(login, party)
    other, _ = given(login, party)
    assert code != other and len(code) == 43
    assert code not in str(vars(row)) and row.digest == codes.digest_of(code)
    assert row.expires_at - row.created_at < timedelta(seconds=61)
    assert (row.get_redirect_uri(), row.nonce) == (CALLBACK, "a nonce")


@pytest.mark.parametrize("code", ["", "x", "\x00", "\u00e9", "\ud800", "x" * 100_000])
def test_what_is_no_code_is_not_found(
    party: Party,
    code: str,
) -> None:
    assert codes.find(code, party.application) is None


def test_a_code_is_found_by_its_client_alone(
    login: Login,
    party: Party,
) -> None:
    code, row = given(login, party)
    tenant = party.application.tenant
    assert codes.find(code, client_application(tenant=tenant)) is None
    assert codes.find(row.digest, party.application) is None


@pytest.mark.spec("RFC 6749 4.1.2")
def test_a_code_is_claimed_once_and_a_second_time_ends_its_session(
    login: Login,
    party: Party,
) -> None:
    _, row = given(login, party, "openid email")
    session = codes.claim(row, login)
    assert session is not None
    assert (session.scope, session.door) == ("openid email", Session.Door.OAUTH)
    assert session.login == login and session.revoked_at is None
    assert codes.claim(row, login) is None
    session.refresh_from_db()
    assert session.revoked_at is not None
    assert Event.objects.filter(action=Action.CODE_REUSED).count() == 1
    assert codes.claim(row, login) is None, "a third time changes nothing"
    assert Event.objects.filter(action=Action.CODE_REUSED).count() == 1


@pytest.mark.parametrize("deadlocks", [2, 3])
def test_a_deadlock_with_an_ending_uses_nothing_up(
    login: Login,
    party: Party,
    monkeypatch: pytest.MonkeyPatch,
    deadlocks: int,
) -> None:
    _, row = given(login, party)
    begin, met = shares.begin, iter(range(deadlocks))

    def meeting(*args: Any) -> Session:
        if next(met, None) is not None:
            raise OperationalError(1213, "Deadlock found")
        return begin(*args)

    monkeypatch.setattr(shares, "begin", meeting)
    if deadlocks == 3:
        with pytest.raises(Unavailable):
            codes.claim(row, login)
        assert not Session.objects.exists()
    assert codes.claim(row, login) is not None
    assert Session.objects.count() == 1


def test_a_code_that_lapsed_makes_nothing_and_ends_nothing(
    login: Login,
    party: Party,
) -> None:
    _, row = given(login, party)
    AuthorizationCode.objects.update(expires_at=timezone.now())
    assert codes.claim(row, login) is None
    assert not Session.objects.filter(application=party.application).exists()
    assert not Event.objects.filter(action=Action.CODE_REUSED).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("RFC 6749 10.5")
def test_of_many_claims_at_once_one_makes_a_session(
    login: Login,
    party: Party,
    together: Together,
) -> None:
    _, row = given(login, party)
    made = [s for s in together(8, lambda _: codes.claim(row, login)) if s is not None]
    assert len(made) == 1 and isinstance(made[0], Session)
    session = Session.objects.get(application=party.application)
    assert session.revoked_at is not None, "since the others were reuse"


@pytest.mark.spec("OIDC Core 3.1.2.4")
def test_a_code_that_outlived_its_consent_is_worth_nothing(
    third: Party,
    ann: User,
) -> None:
    """Given in the moment between the end of the consent and that of its codes."""
    browser = browser_of(ann)
    code = answer_of(decide(browser, third.authorize(browser), "allow"))["code"]
    Consent.objects.all().delete()
    assert third.exchange(code).json()["error"] == "invalid_grant"
    assert not Session.objects.filter(application=third.application).exists()


@pytest.mark.spec("RFC 8707 2.2")
@pytest.mark.parametrize("named", ["another", "nobody's", "userinfo"])
def test_a_code_is_exchanged_for_the_resource_it_was_given_for(
    third: Party,
    ann: User,
    settings: Any,
    named: str,
) -> None:
    own = third.application.apis.get().identifier
    another = ApiFactory(tenant=third.application.tenant)
    third.application.apis.add(another)
    wrong = {
        "another": another.identifier,
        "nobody's": "https://nowhere.example.com",
        "userinfo": settings.USER_INFO,
    }[named]
    browser = browser_of(ann)
    page = third.authorize(browser, scope="openid orders:read", resource=own)
    code = answer_of(decide(browser, page, "allow"))["code"]
    refused = third.exchange(code, resource=wrong)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert third.exchange(code, resource=own).status_code == 200
