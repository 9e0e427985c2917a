"""What is remembered between a request and its tokens."""

import pytest
from django.db import IntegrityError

from accounts.models import User
from tests.factories import LoginFactory
from tests.tokens.oidc.party import CALLBACK, Party
from tokens.oidc.models import AuthorizationCode, Consent, DeviceCode, PushedRequest

pytestmark = pytest.mark.django_db


def test_a_code_says_what_the_exchange_must_repeat() -> None:
    assert AuthorizationCode(redirect_uri=CALLBACK).get_redirect_uri() == CALLBACK


def test_nothing_that_is_shown_of_a_row_is_a_credential(
    party: Party,
    ann: User,
) -> None:
    application = party.application
    rows = [
        AuthorizationCode(application=application, digest="secret", nonce="secret"),
        PushedRequest(application=application, digest="secret", parameters="secret"),
        DeviceCode(application=application, digest="secret", user_digest="secret"),
        Consent(application=application, user=ann, scope="secret"),
    ]
    assert all("secret" not in str(row) and str(row) for row in rows)


def test_a_person_consents_once_to_an_application_and_audience(
    party: Party,
    ann: User,
) -> None:
    mine = {"user": ann, "application": party.application}
    Consent.objects.create(**mine, audience="https://a.example.com")
    Consent.objects.create(**mine, audience="https://A.example.com")
    with pytest.raises(IntegrityError):
        Consent.objects.create(**mine, audience="https://a.example.com")


def test_a_login_takes_its_codes_along(
    party: Party,
    ann: User,
) -> None:
    from django.utils import timezone

    login = LoginFactory(user=ann)
    AuthorizationCode.objects.create(
        application=party.application,
        login=login,
        digest="x",
        redirect_uri=CALLBACK,
        expires_at=timezone.now(),
    )
    login.delete()
    assert not AuthorizationCode.objects.exists()
