"""An operator takes the factors of somebody away who lost them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.models import User
from tests.authenticators import has_app
from tests.factories import (
    ApplicationFactory,
    LoginFactory,
    SessionFactory,
    UserFactory,
)
from tests.tokens.api.factor_calls import Api, add_app, signed_in, with_password
from tokens import minting
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def test_a_superuser_resets_the_factors_of_who_lost_them(ann: User) -> None:
    own = signed_in(ann)
    add_app(own)
    root = UserFactory(is_superuser=True)
    boss = signed_in(root, amr=["pwd", "otp", "mfa"])
    boss_scope = _with_manage(root)
    answer = boss_scope("post", f"users/{ann.pk}/reset-mfa")
    assert answer.status_code == 204, answer.told
    assert own("get", "users/me/mfa").status_code == 401
    assert "access_token" in with_password(ann)
    assert (
        not Session.objects.live()
        .of_user(ann.pk)
        .exclude(login__epoch=User.objects.get(pk=ann.pk).epoch)
    )
    assert boss("post", f"users/{ann.pk}/reset-mfa").status_code == 403


def _with_manage(
    user: User,
    **login: Any,
) -> Api:
    application = ApplicationFactory(scopes=["account", "manage"])
    session = SessionFactory(
        user=user,
        login=LoginFactory(user=user, **login),
        application=application,
        scope="account manage",
    )
    return Api(minting.issue(session.sid).access_token)


def test_nobody_else_resets_factors(ann: User) -> None:
    has_app(ann)
    path = f"users/{ann.pk}/reset-mfa"
    assert _with_manage(UserFactory())("post", path).status_code == 403
    assert Api()("post", path).status_code == 401
    root = UserFactory(is_superuser=True)
    weak = _with_manage(root, amr=["pwd"])("post", path)
    assert weak.told["code"] == "insufficient_user_authentication"
    assert weak.told["acr_values"] == "aal2"
    old = _with_manage(root, auth_time=timezone.now() - timedelta(hours=13))
    assert old("post", path).told["code"] == "insufficient_user_authentication"
    assert _with_manage(root)("post", f"users/{uuid4()}/reset-mfa").status_code == 404
    assert Authenticator.objects.filter(user=ann).exists()
