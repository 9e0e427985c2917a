"""Who has a second factor shows it: what is asked, what is taken, what is counted."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts import flows
from accounts.errors import CodeInvalid, InvalidCredentials
from accounts.flows import Authenticated, Pending, Purpose, second_factor
from accounts.models import KnownAddress, User
from config.errors import InvalidInput, TooManyRequests
from tests.authenticators import App, has_app
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user: User = UserFactory()
    return user


def proof(user: User) -> Authenticated:
    return Authenticated.now(user.pk, amr=("pwd",), state={"a": "b"})


def asked(
    user: User,
    purpose: Purpose = Purpose.SIGN_IN,
) -> flows.Waiting:
    pending = flows.ask_for(user, purpose, amr=("pwd",), state={"a": "b"})
    return flows.waiting(pending.flow_token, purpose)


def test_methods_stand_in_one_order_and_codes_alone_are_none(
    ann: User,
    settings: Any,
) -> None:
    settings.ISSUER = "https://id.example.com"
    assert second_factor.methods_of(ann.pk) == ()
    Authenticator.objects.create(user=ann, type="recovery_codes", data={})
    assert second_factor.methods_of(ann.pk) == ()
    assert not second_factor.has_one(ann.pk)
    Authenticator.objects.create(user=ann, type="webauthn", data={})
    has_app(ann)
    found = second_factor.methods_of(ann.pk)
    assert found == ("totp", "webauthn", "recovery_code")


def test_a_passkey_that_cannot_be_used_here_is_still_a_factor(ann: User) -> None:
    Authenticator.objects.create(user=ann, type="webauthn", data={})
    assert second_factor.methods_of(ann.pk) == ()
    assert second_factor.has_one(ann.pk)
    outcome = second_factor.completed(proof(ann), epoch=ann.epoch)
    assert isinstance(outcome, Pending)


def test_who_has_none_is_through_and_their_address_known(ann: User) -> None:
    outcome = second_factor.completed(proof(ann), epoch=ann.epoch)
    assert isinstance(outcome, Authenticated)


def test_who_changed_meanwhile_is_not_asked_but_refused(ann: User) -> None:
    has_app(ann)
    with pytest.raises(InvalidCredentials):
        second_factor.completed(proof(ann), epoch=ann.epoch + 1)


@pytest.mark.parametrize("purpose", [Purpose.SIGN_IN, Purpose.RENEWAL, Purpose.RESET])
def test_a_code_proves_for_each_purpose(
    ann: User,
    purpose: Purpose,
) -> None:
    app = has_app(ann)
    proven = flows.prove(asked(ann, purpose), method="totp", code=app.code())
    assert (proven.user_id, proven.amr) == (ann.pk, ("pwd", "otp", "mfa"))
    assert proven.state == {"a": "b"}
    assert User.objects.get(pk=ann.pk).last_login is None


def test_an_unknown_method_is_an_input_error(ann: User) -> None:
    has_app(ann)
    with pytest.raises(InvalidInput):
        flows.prove(asked(ann), method="sms", code="1")


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "x" * 10_000])
def test_what_has_not_the_form_of_a_code_is_wrong(
    ann: User,
    code: str,
) -> None:
    has_app(ann)
    with pytest.raises(CodeInvalid):
        flows.prove(asked(ann), method="totp", code=code)


def test_right_codes_are_not_counted_and_wrong_ones_are(
    ann: User,
    settings: Any,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "factor_account": "2/15m"}
    app = has_app(ann)
    for _ in range(2):
        with pytest.raises(CodeInvalid):
            flows.prove(asked(ann), method="totp", code=app.wrong())
    with pytest.raises(TooManyRequests):
        flows.prove(asked(ann), method="totp", code=app.code())
    bob: User = UserFactory()
    theirs: App = has_app(bob)
    for _ in range(3):
        flows.prove(asked(bob), method="totp", code=theirs.code())
    assert KnownAddress.objects.filter(user=ann).count() == 0
