"""A sensitive change wants every factor that the person has by now, shown lately."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from tests.authenticators import has_app
from tests.factories import PASSWORD, UserFactory
from tests.tokens.api.factor_calls import Api, add_app, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
OWN = "users/me/mfa"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def api(ann: User) -> Api:
    return signed_in(ann)


def test_who_has_a_factor_changes_the_password_only_with_a_recent_proof(
    ann: User,
) -> None:
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    old = timezone.now() - timedelta(hours=1)
    has_app(ann)
    refused = signed_in(ann, auth_time=old)("post", "users/me/password", **body)
    assert refused.told["code"] == "insufficient_user_authentication"
    all_shown = signed_in(ann, amr=["pwd", "otp", "mfa"])
    assert all_shown("post", "users/me/password", **body).status_code == 200


def test_a_login_from_before_the_factor_cannot_take_it_away(
    ann: User,
    api: Api,
) -> None:
    earlier = signed_in(ann)
    add_app(api)
    factor = api("get", OWN).told["data"][0]["id"]
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    for answer in (
        earlier("delete", f"{OWN}/{factor}"),
        earlier("post", f"{OWN}/recovery-codes"),
        earlier("post", f"{OWN}/enroll", method="totp"),
        earlier("post", "users/me/email", email="mallory@example.com"),
        earlier("delete", "users/me"),
        earlier("post", "users/me/password", **body),
    ):
        assert answer.told["code"] == "insufficient_user_authentication"
        assert answer.told["acr_values"] == "aal2"
    assert earlier("get", "users/me").status_code == 200
    # the login that added it has shown it, whatever its token says
    assert api("delete", f"{OWN}/{factor}").status_code == 204
