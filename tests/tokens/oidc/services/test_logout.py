"""A request to sign somebody out, read, sealed and opened."""

import pytest

from accounts.models import User
from tests.factories import UserFactory
from tests.tokens.oidc.leaving import BYE, leaving_party
from tests.tokens.oidc.party import unread
from tests.tokens.pages.browsers import Browser, session_at
from tokens import standing
from tokens.oidc.services import logout
from tokens.oidc.services.logout import Asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.mark.spec("RP-Initiated Logout 2")
def test_a_request_names_who_asks_and_whom(ann: User) -> None:
    party = leaving_party()
    token = party.tokens(Browser(session_at(ann)).client)["id_token"]
    asked = logout.read(
        {"id_token_hint": token, "post_logout_redirect_uri": BYE, "state": "s"}
    )
    claims = unread(token)
    assert asked == Asked(party.application, BYE, "s", str(ann.pk), claims["sid"])
    assert logout.opened(logout.sealed(asked)) == asked


def test_nothing_is_asked_by_nobody() -> None:
    assert logout.read({}) == Asked(None)
    assert logout.opened(logout.sealed(Asked(None))) == Asked(None)


def test_a_seal_says_nothing_by_itself() -> None:
    seal = logout.sealed(Asked(None, state="a state"))
    for wrong in ("", "a", seal[:-1], f"{seal}a", seal.replace(":", ".")):
        assert logout.opened(wrong) is None


@pytest.mark.parametrize("sid", ["", "a", "\u00e4" * 36, "0" * 32])
def test_only_a_session_of_the_login_is_proof(
    sid: str,
    ann: User,
) -> None:
    session = session_at(ann)
    present = standing.read(session.sid)
    assert logout.names(Asked(None, sub=str(ann.pk), sid=str(session.sid)), present)
    assert not logout.names(Asked(None, sub=str(ann.pk), sid=sid), present)
    assert not logout.names(Asked(None, sub="", sid=str(session.sid)), present)
    another = session_at(ann)
    elsewhere = Asked(None, sub=str(ann.pk), sid=str(another.sid))
    assert not logout.names(elsewhere, present)
