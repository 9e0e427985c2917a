"""A secret or challenge is given out and then proven; it belongs to one person."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts.errors import CodeInvalid, CredentialInvalid, FlowInvalid
from accounts.flows import Purpose, enrolment, pending
from accounts.models import User
from tests.authenticators import App, has_app
from tests.factories import UserFactory
from tests.passkeys import ISSUER, Passkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def flow(ann: User) -> pending.Waiting:
    return enrolment.waiting(enrolment.begin(ann), Purpose.ADDITION)


def test_the_uri_names_issuer_and_account(
    flow: pending.Waiting,
    settings: Any,
) -> None:
    settings.ISSUER = "https://id.example.com:8443"
    secret, uri = enrolment.totp_secret(flow)
    assert uri.startswith("otpauth://totp/ann%40example.com?")
    assert f"secret={secret}" in uri and "issuer=id.example.com%208443" in uri


def test_each_secret_given_out_replaces_the_one_before(flow: pending.Waiting) -> None:
    first, _ = enrolment.totp_secret(flow)
    second, _ = enrolment.totp_secret(flow)
    with pytest.raises(CodeInvalid):
        pending.step(flow, lambda: enrolment.add_totp(flow, code=App(first).code()))
    added = pending.step(
        flow, lambda: enrolment.add_totp(flow, code=App(second).code())
    )
    assert (added.type, len(added.recovery_codes)) == ("totp", 10)


def test_nothing_is_added_without_a_secret_given_out(
    flow: pending.Waiting,
) -> None:
    for code in ("", "000000", App().code()):
        with pytest.raises(CodeInvalid):
            enrolment.add_totp(flow, code=code)
    assert not Authenticator.objects.exists()


def test_a_second_factor_brings_no_more_recovery_codes(
    ann: User,
    flow: pending.Waiting,
    settings: Any,
) -> None:
    settings.ISSUER = ISSUER
    secret, _ = enrolment.totp_secret(flow)
    pending.step(flow, lambda: enrolment.add_totp(flow, code=App(secret).code()))
    more = enrolment.waiting(enrolment.begin(ann), Purpose.ADDITION)
    credential = Passkey().create(enrolment.passkey_options(more))
    added = pending.step(
        more, lambda: enrolment.add_passkey(more, credential=credential, name="x")
    )
    assert (added.type, added.recovery_codes) == ("webauthn", ())
    proven = enrolment.finished(more, added)
    assert proven.amr == ("pop", "mfa")
    with pytest.raises(FlowInvalid):
        enrolment.waiting(more.flow_token, Purpose.ADDITION)


def test_a_passkey_of_another_ceremony_is_refused(
    ann: User,
    flow: pending.Waiting,
    settings: Any,
) -> None:
    settings.ISSUER = ISSUER
    credential = Passkey().create(enrolment.passkey_options(flow))
    enrolment.passkey_options(flow)
    with pytest.raises(CredentialInvalid):
        enrolment.add_passkey(flow, credential=credential, name="x")


def test_a_required_first_factor_is_asked_of_who_has_none(ann: User) -> None:
    asked = enrolment.require(ann, amr=("pwd",), state={"client_id": "x"})
    assert (asked.code, asked.methods) == ("mfa_enrollment_required", ("totp",))
    flow = enrolment.waiting(asked.flow_token, Purpose.ENROLMENT)
    assert (flow.amr, flow.state) == (("pwd",), {"client_id": "x"})
    has_app(ann)
    with pytest.raises(FlowInvalid):
        enrolment.waiting(asked.flow_token, Purpose.ENROLMENT)


def test_new_codes_replace_the_old(ann: User) -> None:
    has_app(ann)
    first, second = enrolment.new_codes(ann), enrolment.new_codes(ann)
    assert len(first) == len(second) == 10 and not set(first) & set(second)
    assert Authenticator.objects.filter(type="recovery_codes").count() == 1
