"""What has ended, is somebody else's or is no token says one thing: not active."""

import pytest

from accounts.models import User
from tests.tokens.forgery import attacks, monsters, resigned
from tests.tokens.oidc.confidential import INACTIVE, web
from tests.tokens.oidc.endings import ENDINGS, OF_A_PERSON, End
from tests.tokens.oidc.party import Party, browser_of, unread
from tokens import verification
from tokens.models import Session, SigningKey
from tokens.oidc.services.introspection import introspect
from tokens.services.keys import revoke_signing_key, rotate_signing_keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
KINDS = ("access_token", "refresh_token")
Tokens = dict[str, str]


@pytest.fixture
def party() -> Party:
    return web()


@pytest.fixture
def tokens(
    party: Party,
    ann: User,
) -> Tokens:
    return party.tokens(browser_of(ann), scope="openid orders:read")


@pytest.mark.spec("RFC 7662 2.2")
def test_a_refresh_token_says_what_it_could_be_exchanged_for(
    party: Party,
    tokens: Tokens,
) -> None:
    token = tokens["refresh_token"]
    said = unread(token)
    kept = {name: v for name, v in said.items() if name not in ("gen", "door", "idle")}
    before = Session.objects.get(application=party.application)
    assert introspect(token, party.application) == {
        "active": True,
        "token_type": "refresh_token",
        "scope": "openid orders:read",
        **kept,
    }
    after = Session.objects.get(application=party.application)
    assert (after.generation, after.rotated_at) == (
        before.generation,
        before.rotated_at,
    )
    assert party.refresh(token).status_code == 200


@pytest.mark.spec("RFC 7662 2.2", "RFC 9700 4.14.2")
def test_only_the_present_generation_is_active(
    party: Party,
    tokens: Tokens,
) -> None:
    fresh = party.refresh(tokens["refresh_token"]).json()["refresh_token"]
    assert introspect(tokens["refresh_token"], party.application) == INACTIVE
    assert introspect(fresh, party.application)["active"] is True


@pytest.mark.spec("RFC 7662 2.2")
@pytest.mark.parametrize("end", ENDINGS)
def test_what_has_ended_is_not_active(
    party: Party,
    tokens: Tokens,
    end: End,
) -> None:
    for kind in KINDS:
        assert introspect(tokens[kind], party.application)["active"] is True
    end(Session.objects.get(application=party.application))
    for kind in KINDS:
        assert introspect(tokens[kind], party.application) == INACTIVE, kind


@pytest.mark.parametrize("end", OF_A_PERSON)
def test_nor_for_the_api_that_it_was_for(
    party: Party,
    tokens: Tokens,
    end: End,
) -> None:
    owner = web(tenant=party.application.tenant).application
    assert introspect(tokens["access_token"], owner)["active"] is True
    end(Session.objects.get(application=party.application))
    assert introspect(tokens["access_token"], owner) == INACTIVE


@pytest.mark.spec("RFC 7662 2.2", "RFC 7662 4")
def test_an_expired_token_is_not_active(
    party: Party,
    tokens: Tokens,
) -> None:
    past = {"exp": 1_700_000_000}
    late = resigned(tokens["access_token"], claims=past)
    late_refresh = resigned(
        tokens["refresh_token"], claims=past, header={"typ": "rt+jwt"}
    )
    for token in (late, late_refresh):
        assert introspect(token, party.application) == INACTIVE


def test_a_token_without_a_session_any_more_is_not_active(
    party: Party,
    tokens: Tokens,
) -> None:
    Session.objects.filter(application=party.application).delete()
    assert introspect(tokens["refresh_token"], party.application) == INACTIVE


@pytest.mark.spec("RFC 7662 4", "RFC 8725 3.11")
def test_what_is_no_token_of_ours_is_not_active(
    party: Party,
    tokens: Tokens,
) -> None:
    forged = [*attacks(tokens["access_token"]), *monsters(tokens["access_token"])]
    genuine = "typ rt+jwt"
    forged += [a for a in attacks(tokens["refresh_token"]) if a[0] != genuine]
    forged += [("ID token", tokens["id_token"]), ("garbage", "x"), ("none", "")]
    forged += [("unicode", "\u00e9" * 40), ("surrogate", "\ud800"), ("dots", "..")]
    passed = [
        name
        for name, token in forged
        if introspect(token, party.application) != INACTIVE
    ]
    assert passed == []


def test_a_revoked_key_takes_both_with_it_and_a_retired_one_neither(
    party: Party,
    tokens: Tokens,
) -> None:
    rotate_signing_keys(acting_user=None, now=True)
    for kind in KINDS:
        assert introspect(tokens[kind], party.application)["active"] is True
    key = SigningKey.objects.get(algorithm="ES256", state="retired")
    revoke_signing_key(key, acting_user=None)
    verification.forget()
    for kind in KINDS:
        assert introspect(tokens[kind], party.application) == INACTIVE
