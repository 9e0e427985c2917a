"""Refresh by the client whose session it is, for what its person granted."""

from typing import Any

import pytest

from accounts.models import User
from config.errors import InvalidInput
from tenants.admission import Target
from tenants.models import Api, Application
from tests.factories import ApiFactory, SessionFactory
from tests.tokens.oidc.party import Party, answer_of, browser_of, unread
from tests.tokens.oidc.sitting import decide
from tokens import minting
from tokens.errors import TokenInvalid
from tokens.models import Session
from tokens.oidc.services import consents, renewal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def first_tokens(
    party: Party,
    ann: User,
    scope: str = "openid email orders:read",
) -> dict[str, Any]:
    """Return what a client gets that Ann let have `scope` of its first API."""
    browser = browser_of(ann)
    page = party.authorize(browser, scope=scope)
    body: dict[str, Any] = party.exchange(
        answer_of(decide(browser, page, "allow"))["code"]
    ).json()
    return body


@pytest.fixture
def other(third: Party) -> Api:
    """Another API of the client's, that nobody consented to."""
    made: Api = ApiFactory(tenant=third.application.tenant)
    third.application.apis.add(made)
    return made


@pytest.mark.spec("RFC 8707 2.2", "OIDC Core 3.1.2.4")
def test_a_refresh_reaches_no_api_that_its_person_did_not_allow(
    third: Party,
    ann: User,
    other: Api,
) -> None:
    token = first_tokens(third, ann)["refresh_token"]
    for more in ({}, {"scope": "openid"}, {"scope": "orders:read"}):
        response = third.refresh(token, resource=other.identifier, **more)
        told = response.json()
        assert (response.status_code, told["error"]) == (400, "invalid_target")
    body = third.refresh(token)
    assert body.status_code == 200, "which used nothing up"


@pytest.mark.spec("RFC 8707 2.2")
def test_a_refresh_for_another_api_holds_what_was_allowed_there(
    third: Party,
    ann: User,
    other: Api,
) -> None:
    token = first_tokens(third, ann)["refresh_token"]
    allowed = Target(other.pk, other.identifier, "openid orders:write")
    consents.grant(ann, third.application, allowed)
    body = third.refresh(token, resource=other.identifier).json()
    assert body["scope"] == "openid orders:write"
    assert unread(body["access_token"])["aud"] == other.identifier
    more = third.refresh(
        body["refresh_token"], resource=other.identifier, scope="orders:read"
    )
    assert more.json()["error"] == "invalid_scope"
    less = third.refresh(
        body["refresh_token"], resource=other.identifier, scope="orders:write"
    ).json()
    assert less["scope"] == "orders:write"


@pytest.mark.spec("RFC 8707 2.2", "OIDC Core 5.3.1")
def test_a_refresh_for_userinfo_holds_what_is_about_the_person(
    third: Party,
    ann: User,
    settings: Any,
) -> None:
    token = first_tokens(third, ann)["refresh_token"]
    body = third.refresh(token, resource=settings.USER_INFO).json()
    assert unread(body["access_token"])["aud"] == settings.USER_INFO
    assert body["scope"] == "openid email"


@pytest.mark.parametrize("scope", ["", "account", "openid account"])
def test_a_third_partys_refresh_never_reaches_the_identity_api(
    third: Party,
    ann: User,
    settings: Any,
    scope: str,
) -> None:
    Application.objects.update(scopes=["account", "manage", "orders:read"])
    token = first_tokens(third, ann)["refresh_token"]
    response = third.refresh(token, resource=settings.IDENTITY_API, scope=scope)
    assert response.json()["error"] == "invalid_target"
    if scope:
        assert third.refresh(token, scope=scope).json()["error"] == "invalid_scope"


def test_what_was_taken_back_refreshes_nothing(
    third: Party,
    ann: User,
) -> None:
    token = first_tokens(third, ann)["refresh_token"]
    consent = consents.grant(ann, third.application, Target(None, "x", ""))
    consents.revoke(consent, acting_user=ann)
    assert third.refresh(token).json()["error"] == "invalid_grant"


@pytest.mark.spec("RFC 6749 6")
def test_a_token_is_its_clients_and_its_doors(third: Party) -> None:
    mine = SessionFactory(application=third.application, door=Session.Door.OAUTH)
    rest = SessionFactory(application=third.application, door=Session.Door.REST)
    application = third.application
    for session, client in ((mine, SessionFactory().application), (rest, application)):
        application.is_first_party = True
        application.save()
        token = minting.issue(session.sid).refresh_token
        with pytest.raises(TokenInvalid):
            renewal.refresh(token, client, scope="", resource="")
    token = minting.issue(mine.sid).refresh_token
    with pytest.raises(InvalidInput):
        renewal.refresh(token, application, scope="orders:write", resource="")
    assert renewal.refresh(token, application, scope="", resource="")
    mine.refresh_from_db()
    assert mine.generation == 1
