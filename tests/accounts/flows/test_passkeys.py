"""A sign-in by passkey alone: whom it names, and that naming proves nothing."""

from typing import Any

import pytest

from accounts.backends import NOBODY
from accounts.errors import CredentialInvalid, PasskeysUnavailable
from accounts.flows import Purpose, passkeys, pending
from accounts.models import User
from config.errors import TooManyRequests
from tests.factories import UserFactory
from tests.passkeys import ISSUER, Passkey

pytestmark = pytest.mark.django_db
OPTIONS = {"publicKey": {"challenge": "AAAA"}}


@pytest.fixture(autouse=True)
def _issuer(settings: Any) -> None:
    settings.ISSUER = ISSUER


def named(handle: bytes) -> passkeys.Claimed:
    return passkeys.claimed_by(Passkey(user_handle=handle).get(OPTIONS))


def test_a_credential_names_a_user_with_the_epoch_they_have_now() -> None:
    ann: User = UserFactory(epoch=3)
    assert named(ann.pk.hex.encode()) == passkeys.Claimed(ann.pk, 3)


@pytest.mark.parametrize("handle", [b"", b"x", b"\x00" * 16, b"0" * 32, b"1" * 5000])
def test_what_names_no_user_names_nobody(handle: bytes) -> None:
    assert named(handle) == passkeys.Claimed(NOBODY, 0)


def test_a_sign_in_keeps_its_state_and_is_counted_per_ip_when_it_fails(
    settings: Any,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "login_ip": "1/15m"}
    token, options = passkeys.begin({"client_id": "x"})
    flow = pending.waiting(token, Purpose.PASSKEY)
    assert flow.state == {"client_id": "x"}
    credential = Passkey().get(options)
    nobody = passkeys.claimed_by(credential)
    with pytest.raises(CredentialInvalid):
        passkeys.log_in(flow, credential=credential, claimed=nobody)
    with pytest.raises(TooManyRequests):
        passkeys.log_in(flow, credential=credential, claimed=nobody)


def test_an_issuer_on_an_ip_address_begins_none(settings: Any) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"
    with pytest.raises(PasskeysUnavailable):
        passkeys.begin({})
