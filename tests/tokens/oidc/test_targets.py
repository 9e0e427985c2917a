"""For which audience and scope a client may ask, and what of it is left."""

from typing import Any

import pytest

from config.errors import InvalidInput
from tenants.models import Api, Application
from tests.factories import ApiFactory, SessionFactory
from tests.tokens.oidc.party import client_application, orders_application
from tokens import standing
from tokens.models import Session
from tokens.oidc import targets
from tokens.standing import Standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def shop() -> Application:
    """A client of somebody else's with an API of its own."""
    return orders_application(is_first_party=False)


def asked(
    application: Application,
    scope: str = "",
    resource: str = "",
) -> tuple[str, str]:
    """Return audience and scope of what is asked for."""
    target = targets.asked_for(application, scope=scope, resource=resource)
    return target.audience, target.scope


def code_of(refusal: Any) -> str:
    """Return the code of a refusal's only error."""
    [error] = refusal.value.errors
    return str(error.code)


def api_of(application: Application) -> Api:
    """Return its only API."""
    return application.apis.get()


@pytest.mark.spec("RFC 6749 3.3", "RFC 8707 2")
def test_scopes_that_the_client_may_not_have_are_left_out(shop: Application) -> None:
    own = api_of(shop).identifier
    wanted = "orders:write nonsense manage email openid"
    assert asked(shop, wanted) == (own, "openid email orders:write")
    assert asked(shop, "orders:read orders:read") == (own, "orders:read")
    assert asked(shop) == (own, "orders:read orders:write")
    with pytest.raises(InvalidInput) as refusal:
        asked(shop, "nonsense account")
    assert code_of(refusal) == "invalid_scope"


@pytest.mark.spec("OIDC Core 11")
def test_who_may_not_refresh_is_offered_no_access_while_one_is_away(
    shop: Application,
) -> None:
    assert asked(shop, "openid offline_access")[1] == "openid offline_access"
    shop.grants = ["authorization_code"]
    assert asked(shop, "openid offline_access")[1] == "openid"


@pytest.mark.spec("OIDC Core 5.3.1")
def test_without_an_api_a_token_is_for_userinfo(settings: Any) -> None:
    third = client_application(is_first_party=False, scopes=["account"])
    assert asked(third, "openid account") == (settings.USER_INFO, "openid")
    assert asked(third) == (settings.USER_INFO, "")
    first = client_application(scopes=["account"])
    assert asked(first, "openid") == (settings.USER_INFO, "openid")
    assert asked(first, "openid account") == (settings.IDENTITY_API, "openid account")
    assert asked(first) == (settings.IDENTITY_API, "account")


@pytest.mark.spec("RFC 8707 2")
def test_a_resource_is_one_of_the_clients(
    shop: Application,
    settings: Any,
) -> None:
    assert asked(shop, "email orders:read", settings.USER_INFO)[1] == "email"
    wrong = [ApiFactory().identifier, settings.IDENTITY_API, " ", "\x00", "é" * 999]
    for resource in wrong:
        with pytest.raises(InvalidInput) as refusal:
            asked(shop, "openid", resource)
        assert code_of(refusal) == "invalid_target"


def test_no_api_gives_a_meaning_of_its_own_to_a_standard_scope(
    shop: Application,
) -> None:
    """One from before the names were reserved has it still."""
    shop.scopes = ["email", "roles", "orders:read"]
    Api.objects.update(scopes=[{"name": n, "description": ""} for n in shop.scopes])
    own = api_of(shop).identifier
    assert asked(shop) == (own, "orders:read")
    assert asked(shop, "email orders:read") == (own, "email orders:read")
    assert targets.of_service(shop, scope="", resource="").scope == "orders:read"
    with pytest.raises(InvalidInput):
        targets.of_service(shop, scope="email", resource="")


def present(application: Application) -> Standing:
    """Return the standing of a session with two scopes of its first API."""
    session = SessionFactory(
        application=application,
        audience=api_of(application),
        scope="openid email orders:read",
        door=Session.Door.OAUTH,
    )
    return standing.read(session.sid)


@pytest.mark.spec("RFC 6749 6")
def test_a_refresh_keeps_or_narrows_what_its_session_has(shop: Application) -> None:
    here = present(shop)
    own = api_of(shop)
    assert targets.narrowed(shop, here, scope="", resource="") is None
    same = targets.narrowed(shop, here, scope="", resource=own.identifier)
    assert same == here.target
    less = targets.narrowed(shop, here, scope="orders:read openid", resource="")
    assert less is not None and less.scope == "openid orders:read"
    for more in ("orders:write", "openid roles", "account", "nonsense"):
        with pytest.raises(InvalidInput) as refusal:
            targets.narrowed(shop, here, scope=more, resource="")
        assert code_of(refusal) == "invalid_scope"


@pytest.mark.spec("RFC 8707 2.2")
def test_a_refresh_elsewhere_takes_no_standard_scope_that_was_not_granted(
    shop: Application,
    settings: Any,
) -> None:
    here, other = present(shop), ApiFactory(tenant=shop.tenant)
    shop.apis.add(other)
    there = targets.narrowed(shop, here, scope="", resource=other.identifier)
    assert there is not None and there.api_id == other.pk
    assert there.scope == "openid email orders:read orders:write"
    info = targets.narrowed(shop, here, scope="", resource=settings.USER_INFO)
    assert info is not None
    assert (info.audience, info.scope) == (settings.USER_INFO, "openid email")
    with pytest.raises(InvalidInput):
        targets.narrowed(shop, here, scope="roles", resource=other.identifier)


@pytest.mark.spec("RFC 6749 4.4.2")
def test_a_service_is_refused_what_it_may_not_have(shop: Application) -> None:
    own = api_of(shop)
    made = targets.of_service(shop, scope="orders:write", resource=own.identifier)
    assert (made.api_id, made.audience, made.scope) == (
        own.pk,
        own.identifier,
        "orders:write",
    )
    for scope in ("openid", "orders:write account"):
        with pytest.raises(InvalidInput) as refusal:
            targets.of_service(shop, scope=scope, resource="")
        assert code_of(refusal) == "invalid_scope"
    shop.apis.clear()
    with pytest.raises(InvalidInput) as refusal:
        targets.of_service(shop, scope="", resource="")
    assert code_of(refusal) == "invalid_target"
