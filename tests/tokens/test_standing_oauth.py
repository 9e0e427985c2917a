"""The standing of an OAuth client's session: its audience and its scopes."""

from typing import Any

import pytest

from tenants.models import Application
from tests.factories import ApiFactory, ApplicationFactory, SessionFactory
from tokens import feed, standing
from tokens.models import Session

pytestmark = pytest.mark.django_db


def target_of(
    scope: str,
    door: str = Session.Door.OAUTH,
    **traits: Any,
) -> tuple[str, str]:
    """Return audience and scope of a session without an API."""
    feed.read()
    application = ApplicationFactory(**traits)
    made = SessionFactory(application=application, scope=scope, door=door)
    target = standing.read(made.sid).target
    return target.audience, target.scope


@pytest.mark.spec("OIDC Core 5.3.1")
def test_without_an_api_it_is_for_userinfo_or_the_identity_api(settings: Any) -> None:
    info, identity = settings.USER_INFO, settings.IDENTITY_API
    assert target_of("openid email") == (info, "openid email")
    assert target_of("") == (info, "")
    assert target_of("openid account") == (identity, "openid account")
    assert target_of("account", door=Session.Door.REST) == (identity, "account")


def test_manage_is_held_by_who_may_have_it(settings: Any) -> None:
    scope = "openid account manage"
    assert target_of(scope, scopes=["account"])[1] == "openid account"
    assert target_of(scope, scopes=["account", "manage"])[1] == scope


def test_a_third_party_holding_our_own_scope_is_given_nothing() -> None:
    feed.read()
    application = ApplicationFactory(is_first_party=False)
    made = SessionFactory(
        application=application, scope="openid account", door=Session.Door.OAUTH
    )
    with pytest.raises(Exception, match="no longer do this"):
        standing.read(made.sid).require_in_force()


def test_a_standard_scope_is_held_once_and_only_where_it_was_granted() -> None:
    """Also where an API from before has a scope of the same name."""
    feed.read()
    application = ApplicationFactory(scopes=["email", "orders:read"])
    api = ApiFactory(
        tenant=application.tenant,
        scopes=[{"name": n, "description": ""} for n in ("email", "orders:read")],
    )
    application.apis.add(api)
    made = SessionFactory(
        application=application,
        audience=api,
        scope="email orders:read",
        door=Session.Door.OAUTH,
    )
    assert standing.read(made.sid).target.scope == "email orders:read"
    Session.objects.update(scope="orders:read")
    assert standing.read(made.sid).target.scope == "orders:read"


def test_how_its_id_tokens_are_signed_is_read_with_it() -> None:
    feed.read()
    made = SessionFactory()
    assert standing.read(made.sid).id_token_algorithm == "RS256"
    Application.objects.update(id_token_algorithm="EdDSA")
    assert standing.read(made.sid).id_token_algorithm == "EdDSA"
