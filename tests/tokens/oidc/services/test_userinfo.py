"""What UserInfo tells is read afresh, and only for who is behind a session."""

import pytest

from accounts.errors import InsufficientScope
from accounts.models import User
from config.errors import NotAuthenticated
from tests.factories import SessionFactory
from tests.tokens.oidc.party import Party, browser_of
from tokens import minting
from tokens.errors import TokenRevoked
from tokens.models import Session
from tokens.oidc.services import userinfo
from tokens.services import sessions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.mark.spec("OIDC Core 5.3.2")
def test_it_is_about_the_session_of_the_token(
    party: Party,
    ann: User,
) -> None:
    body = party.tokens(browser_of(ann), scope="openid profile")
    told = userinfo.about(body["access_token"])
    assert told.claims == {"sub": str(ann.pk), "name": "Ann"}
    session = Session.objects.get(application=party.application)
    assert told.present.sid == session.sid
    assert told.signed.count(".") == 2
    sessions.end_session(session, acting_user=None)
    with pytest.raises(TokenRevoked):
        userinfo.about(body["access_token"])


def test_it_needs_the_scope_and_a_token() -> None:
    with pytest.raises(InsufficientScope) as refusal:
        userinfo.about(minting.issue(SessionFactory().sid).access_token)
    assert refusal.value.extra == {"scope": "openid"}
    for text in ("", "nonsense", "\ud800"):
        with pytest.raises(NotAuthenticated):
            userinfo.about(text)
