"""What a person is told of their consents, and that all goes with them."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.privacy import holders
from tenants.admission import Target
from tests.factories import LoginFactory, UserFactory
from tests.tokens.oidc.party import CALLBACK, Party
from tokens.models import Login
from tokens.oidc import privacy
from tokens.oidc.models import AuthorizationCode, Consent, DeviceCode
from tokens.oidc.services import consents

pytestmark = pytest.mark.django_db
[HOLDER] = privacy.HOLDERS


@pytest.fixture
def bob() -> User:
    made: User = UserFactory(email="bob@example.com")
    return made


def leave_traces(
    user: User,
    party: Party,
) -> Login:
    """Let somebody consent, and be on the way with a code and a device."""
    target = Target(None, "https://api.example.com", "openid email")
    consents.grant(user, party.application, target)
    login: Login = LoginFactory(user=user)
    usual = {
        "application": party.application,
        "login": login,
        "expires_at": timezone.now(),
    }
    AuthorizationCode.objects.create(
        digest=str(user.pk), redirect_uri=CALLBACK, **usual
    )
    DeviceCode.objects.create(
        digest=str(user.pk), user_digest=str(user.pk), ip="192.0.2.1", **usual
    )
    return login


def test_a_person_is_told_their_consents_and_nobody_elses(
    third: Party,
    ann: User,
    bob: User,
) -> None:
    leave_traces(ann, third)
    leave_traces(bob, third)
    told: Any = HOLDER.export(ann)
    [row] = told
    assert row["application"] == third.application.client_id
    assert (row["audience"], row["scope"]) == (
        "https://api.example.com",
        "openid email",
    )
    assert row["changed_at"] >= row["created_at"]


def test_erasure_leaves_nothing_of_theirs_and_all_of_the_others(
    third: Party,
    ann: User,
    bob: User,
) -> None:
    leave_traces(ann, third)
    kept = leave_traces(bob, third)
    HOLDER.erase(ann)
    assert Consent.objects.get().user == bob
    assert AuthorizationCode.objects.get().login == kept
    assert DeviceCode.objects.get().login == kept
    assert HOLDER.export(ann) == []


def test_the_holder_is_known_and_answers_for_every_table_about_people() -> None:
    assert HOLDER in holders.holders()
    assert set(HOLDER.models) == {
        "oidc.Consent",
        "oidc.AuthorizationCode",
        "oidc.DeviceCode",
    }
