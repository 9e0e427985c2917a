"""What an application is told of a session's end, and how it gets there."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.outbox import posts, worker
from accounts.outbox.models import Delivery
from accounts.outbox.worker import Runner
from config.fields import uuid7
from tenants.models import Application
from tests.config.peers import Peer, reply, saying, serving
from tests.factories import ApplicationFactory, LoginFactory, SessionFactory
from tests.operators import console, root
from tests.tokens.oidc.logouts import sids, waiting
from tokens import keyring
from tokens.jwts import AccessToken, RefreshToken
from tokens.models import Session
from tokens.oidc import statements
from tokens.oidc.services import backchannel
from tokens.services import endings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

SPEC = "OIDC Back-Channel Logout 1.0 "


@pytest.fixture(autouse=True)
def _awake(settings: Settings) -> Iterator[None]:
    settings.ISSUER = "http://127.0.0.1:8000"
    posts.wake()
    yield
    posts.wake()


def ended_at(
    url: str,
    algorithm: str = "RS256",
) -> Session:
    """End a session of an application that listens there."""
    application = ApplicationFactory(
        backchannel_logout_uri=url, id_token_algorithm=algorithm
    )
    session: Session = SessionFactory(door="oauth", application=application)
    endings.end_sessions(Session.objects.all(), reason="test")
    return session


def told(peer: Peer) -> list[str]:
    """Return the tokens that an application was sent."""
    forms = [parse_qs(a.partition(b"\r\n\r\n")[2].decode()) for a in peer.asked]
    assert all(set(form) == {"logout_token"} for form in forms)
    return [form["logout_token"][0] for form in forms]


def read(
    token: str,
    audience: str,
) -> dict[str, Any]:
    """Return the claims, verified as an application does it: with the published keys."""
    header = jwt.get_unverified_header(token)
    published = json.loads(keyring.current().jwks)["keys"]
    key = next(jwk for jwk in published if jwk["kid"] == header["kid"])
    assert header == {"typ": "logout+jwt", "alg": key["alg"], "kid": key["kid"]}
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=[key["alg"]],
        audience=audience,
        issuer="http://127.0.0.1:8000",
    )
    return claims


def again() -> None:
    """Let the waiting time pass, and work once."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(state="waiting").update(due_at=past)
    posts.wake()
    Runner().work()


@pytest.mark.spec(SPEC + "2.4")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_logout_token_says_whose_session_is_over_and_verifies(algorithm: str) -> None:
    with serving(saying(reply())) as peer:
        session = ended_at(peer.url("/logout"), algorithm)
        Runner().drain()
        Runner().drain()
    [token] = told(peer)
    claims = read(token, session.application.client_id)
    now = time.time()
    assert now - 5 < claims["iat"] <= now
    assert claims == {
        "iss": "http://127.0.0.1:8000",
        "aud": session.application.client_id,
        "iat": claims["iat"],
        "exp": claims["iat"] + 120,
        "jti": str(Delivery.objects.get().pk),
        "sub": str(session.login.user_id),
        "sid": str(session.sid),
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    row = Delivery.objects.get()
    assert (row.kind, row.state, row.payload) == ("post", "sent", "")


@pytest.mark.spec(SPEC + "2.5")
def test_who_is_down_is_told_later_with_the_same_jti_and_a_fresh_token() -> None:
    with serving(saying(reply(b"", "503 Down"))) as peer:
        session = ended_at(peer.url())
        again()
        row = Delivery.objects.get()
        assert (row.state, row.last_error) == ("waiting", "PostRefused 503")
        application = session.application
        first = read(told(peer)[0], application.client_id)
    with serving(saying(reply(b"", "204 No Content"))) as peer:
        Application.objects.update(backchannel_logout_uri=peer.url("/moved"))
        again()
        second = read(told(peer)[0], application.client_id)
    assert first["jti"] == second["jti"]
    assert Delivery.objects.get().state == "sent"


def test_who_stays_down_is_given_up_and_nothing_of_it_stays() -> None:
    with serving(saying(reply())) as peer:
        pass
    ended_at(peer.url())  # nobody listens any more
    for _ in range(worker.MAX_ATTEMPTS):
        assert Delivery.objects.get().state == "waiting"
        again()
    row = Delivery.objects.get()
    assert (row.state, row.payload) == ("failed", "")
    assert row.last_error == "OutboundRefused"


def test_an_application_that_is_gone_or_deaf_is_told_nothing() -> None:
    with serving(saying(reply())) as peer:
        ended_at(peer.url())
        Application.objects.update(backchannel_logout_uri="")
        again()
        ended_at(peer.url())
        Session.objects.all().delete()
        Application.objects.all().delete()
        again()
    assert peer.asked == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_only_sessions_of_the_oauth_door_with_an_address_are_told() -> None:
    listening = ApplicationFactory(backchannel_logout_uri="https://rp.example.com/")
    one = SessionFactory(application=listening, door="oauth")
    SessionFactory(application=listening, door="rest")
    SessionFactory(application=listening, door="browser")
    SessionFactory(door="oauth")
    endings.end_sessions(Session.objects.all(), reason="test")
    assert sids() == [str(one.sid)]


def test_a_thousand_sessions_cost_a_few_queries(
    django_assert_max_num_queries: Any,
) -> None:
    first = SessionFactory(
        door="oauth",
        login=LoginFactory(),
        application=ApplicationFactory(backchannel_logout_uri="https://rp.example/"),
    )
    more = [
        Session(
            login=first.login,
            application=first.application,
            door="oauth",
            issued_at=0,
            expires_at=first.expires_at,
            idle_expires_at=first.idle_expires_at,
            application_epoch=0,
            tenant_epoch=0,
        )
        for _ in range(1199)
    ]
    Session.objects.bulk_create(more)
    with django_assert_max_num_queries(60):
        endings.end_sessions(Session.objects.all(), reason="test")
    assert len(set(sids())) == len(waiting()) == 1200


def test_the_console_shows_the_delivery_without_what_it_says() -> None:
    session = ended_at("https://rp.example.com/logout")
    row = Delivery.objects.get()
    answer = console(root()).get(f"/admin/outbox/delivery/{row.pk}/change/")
    shown = answer.content.decode()
    assert "call to an application" in shown
    assert row.payload not in shown and str(session.sid) not in shown


def test_a_logout_token_passes_for_no_other_token() -> None:
    application = ApplicationFactory()
    token = statements.logout_token(application, sub="s", sid="i", jti=str(uuid7()))
    for kind in (AccessToken, RefreshToken):
        with pytest.raises(Exception, match="token"):
            kind.read(token, ring=keyring.current())


def test_a_copy_carries_the_same_jti() -> None:
    application = ApplicationFactory(backchannel_logout_uri="https://rp.example.com/")
    data = {"application": str(application.pk), "sub": "s", "sid": "i"}
    delivery_id = uuid7()
    for _ in range(2):
        made = backchannel.build(delivery_id, data)
        assert made is not None
        claims = jwt.decode(
            made.form["logout_token"], options={"verify_signature": False}
        )
        assert claims["jti"] == str(delivery_id)
        assert "nonce" not in claims
