"""What is stated to a client about a person, and that it opens no door of ours."""

import base64
import hashlib
from typing import Any

import jwt
import pytest

from tests.factories import (
    ApplicationFactory,
    LoginFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
    UserFactory,
)
from tests.tokens.oidc.party import unread
from tokens import minting, verification
from tokens.errors import TokenInvalid
from tokens.minting import TokenPair
from tokens.models import Session
from tokens.oidc import statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def pair(
    scope: str = "openid",
    algorithm: str = "RS256",
    **login: Any,
) -> TokenPair:
    """Return the tokens of a session of an OAuth client."""
    application = ApplicationFactory(id_token_algorithm=algorithm)
    user = UserFactory(email="ann@example.com", name="Ann")
    session = SessionFactory(
        application=application,
        login=LoginFactory(user=user, **login),
        scope=scope,
        door=Session.Door.OAUTH,
    )
    return minting.issue(session.sid)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", set()),
        ("openid profile", {"name"}),
        ("email", {"email", "email_verified"}),
        ("roles", {"roles"}),
        ("openid offline_access orders:read", set()),
        ("openid profile email roles", {"name", "email", "email_verified", "roles"}),
    ],
)
@pytest.mark.spec("OIDC Core 5.4")
def test_each_scope_tells_its_claims_and_no_other(
    scope: str,
    told: set[str],
) -> None:
    found = statements.claims_about(pair().standing, scope)
    assert set(found) == {"sub", *told}


@pytest.mark.spec("OIDC Core 5.1", "OIDC Core 5.3.2")
def test_a_claim_without_a_value_is_left_out() -> None:
    nameless = SessionFactory(login__user=UserFactory(name=""))
    present = minting.issue(nameless.sid).standing
    assert "name" not in statements.claims_about(present, "profile")


def test_roles_are_those_of_the_clients_tenant_alone() -> None:
    here, there = TenantFactory(), TenantFactory()
    user = UserFactory()
    for tenant, name in ((here, "clerk"), (there, "owner")):
        member = MembershipFactory(user=user, tenant=tenant)
        member.roles.add(RoleFactory(tenant=tenant, name=name))
    session = SessionFactory(
        login=LoginFactory(user=user), application=ApplicationFactory(tenant=here)
    )
    present = minting.issue(session.sid).standing
    assert statements.claims_about(present, "roles")["roles"] == ["clerk"]


@pytest.mark.spec("OIDC Core 2", "OIDC Core 3.1.3.6")
@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("RS256", "sha256"), ("ES256", "sha256"), ("EdDSA", "sha512")],
)
def test_an_id_token_is_bound_to_the_access_token_beside_it(
    algorithm: str,
    digest: str,
) -> None:
    made = pair(algorithm=algorithm)
    text = statements.id_token(made, nonce="n")
    assert jwt.get_unverified_header(text)["alg"] == algorithm
    claims = unread(text)
    full = hashlib.new(digest, made.access_token.encode()).digest()
    half = base64.urlsafe_b64encode(full[: len(full) // 2]).rstrip(b"=").decode()
    assert claims["at_hash"] == half
    assert (claims["nonce"], claims["sid"]) == ("n", str(made.standing.sid))
    assert claims["exp"] - claims["iat"] == statements.LIVES_SECONDS
    assert "nonce" not in unread(statements.id_token(made))


@pytest.mark.spec("OIDC Core 2")
@pytest.mark.parametrize(
    ("amr", "acr"), [(["pwd"], "aal1"), (["pwd", "otp", "mfa"], "aal2")]
)
def test_an_id_token_says_how_and_when_somebody_signed_in(
    amr: list[str],
    acr: str,
) -> None:
    made = pair(amr=amr)
    claims = unread(statements.id_token(made))
    assert (claims["amr"], claims["acr"]) == (amr, acr)
    assert claims["auth_time"] == int(made.standing.auth_time.timestamp())
    assert claims["aud"] == made.standing.client_id


@pytest.mark.spec("OIDC Core 5.3.2", "RFC 8725 3.11")
def test_no_statement_opens_a_door(settings: Any) -> None:
    made = pair("openid email")
    info = statements.signed_user_info(made.standing, {"sub": "x", "email": "e"})
    claims = unread(info)
    assert set(claims) == {"iss", "aud", "iat", "sub", "email"}
    assert (claims["iss"], claims["aud"]) == (
        settings.ISSUER,
        made.standing.client_id,
    )
    for text in (info, statements.id_token(made)):
        with pytest.raises(TokenInvalid):
            verification.verify(text, audience=None)
