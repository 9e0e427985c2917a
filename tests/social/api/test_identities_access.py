"""Who may see and change connected accounts: their owner, with a recent proof."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.services import access
from config.encryption import encrypt
from social.models import Connection, Identity
from tests.authenticators import has_app
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    IdentityFactory,
    LoginFactory,
    SessionFactory,
)
from tests.social.native import NONCE, said
from tests.social.upstreams import Upstream
from tests.tokens.api.factor_calls import Api, signed_in
from tokens import minting
from tokens.models import Session
from tokens.services import endings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
OWN = "users/me/identities"
Call = Callable[[Api], Any]


@pytest.fixture
def mine(ann: User) -> Identity:
    found: Identity = IdentityFactory(
        user=ann, email="ann@work.example", tokens=encrypt('{"access_token": "at"}')
    )
    return found


def link(
    api: Api,
    token: Any,
    **more: Any,
) -> Any:
    """Connect whom an ID token names."""
    body = {"provider": "google", "id_token": token, "nonce": NONCE, **more}
    return api("post", OWN, **body)


def test_a_proof_of_long_ago_is_not_enough(
    google: Connection,
    upstream: Upstream,
    ann: User,
    mine: Identity,
) -> None:
    old = signed_in(ann, auth_time=timezone.now() - timedelta(hours=1))
    has_app(ann)
    without_factor = signed_in(ann)
    for api in (old, without_factor):
        for answer in (
            link(api, upstream.id_token(NONCE)),
            api("delete", f"{OWN}/{mine.pk}"),
        ):
            assert said(answer) == (401, "insufficient_user_authentication")
        assert api("get", OWN).status_code == 200
    assert Identity.objects.get() == mine and not upstream.asked


def test_a_tenants_word_changes_no_account(
    google: Connection,
    upstream: Upstream,
    ann: User,
    mine: Identity,
) -> None:
    application = ApplicationFactory()
    login = LoginFactory(user=ann, amr=["fed"], bound_to=application.tenant)
    session = SessionFactory(user=ann, login=login, application=application)
    api = Api(minting.issue(session.sid).access_token)
    for answer in (
        link(api, upstream.id_token(NONCE)),
        api("delete", f"{OWN}/{mine.pk}"),
    ):
        assert said(answer) == (401, "insufficient_user_authentication")


def _nobody(ann: User) -> str:
    return ""


def _garbage(ann: User) -> str:
    return "a.b.c"


def _refresh_token(ann: User) -> str:
    return minting.issue(SessionFactory(user=ann).sid).refresh_token


def _for_another_audience(ann: User) -> str:
    api = ApiFactory()
    application = ApplicationFactory(tenant=api.tenant, apis=[api])
    session = SessionFactory(user=ann, application=application, audience=api)
    return minting.issue(session.sid).access_token


def _of_somebody_disabled(ann: User) -> str:
    token = minting.issue(SessionFactory(user=ann).sid).access_token
    access.disable_user(ann, acting_user=None)
    return token


def _of_an_ended_session(ann: User) -> str:
    session = SessionFactory(user=ann)
    token = minting.issue(session.sid).access_token
    endings.end_sessions(Session.objects.filter(pk=session.pk), reason="test")
    return token


@pytest.mark.parametrize(
    "token",
    [
        _nobody,
        _garbage,
        _refresh_token,
        _for_another_audience,
        _of_somebody_disabled,
        _of_an_ended_session,
    ],
)
def test_no_other_token_opens_any_of_it(
    ann: User,
    mine: Identity,
    token: Callable[[User], str],
) -> None:
    api = Api(token(ann))
    for answer in (
        api("get", OWN),
        link(api, "a.b.c"),
        api("delete", f"{OWN}/{mine.pk}"),
    ):
        assert answer.status_code == 401, answer.told
    assert Identity.objects.get() == mine


def test_the_scope_of_the_account_is_asked_for(
    ann: User,
    mine: Identity,
) -> None:
    application = ApplicationFactory(scopes=["manage"])
    session = SessionFactory(user=ann, application=application, scope="manage")
    api = Api(minting.issue(session.sid).access_token)
    for answer in (
        api("get", OWN),
        link(api, "a.b.c"),
        api("delete", f"{OWN}/{mine.pk}"),
    ):
        assert said(answer) == (403, "insufficient_scope")
