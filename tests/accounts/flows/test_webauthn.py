"""A credential's form and origin are looked at before anybody parses it."""

from typing import Any

import pytest
from django.db import DatabaseError
from fido2.utils import websafe_encode

from accounts.errors import CredentialInvalid, FlowInvalid, PasskeysUnavailable
from accounts.flows import webauthn
from tests.passkeys import ISSUER, Passkey

OPTIONS = {"publicKey": {"challenge": "AAAA", "user": {"id": "AAAA"}}}


@pytest.fixture(autouse=True)
def _issuer(settings: Any) -> None:
    settings.ISSUER = ISSUER


@pytest.mark.parametrize(
    ("issuer", "possible"),
    [
        ("https://id.example.com", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://[::1]:8000", False),
        ("", False),
    ],
)
def test_an_ip_address_is_no_rp_id(
    settings: Any,
    issuer: str,
    possible: bool,
) -> None:
    settings.ISSUER = issuer
    assert webauthn.is_possible() is possible
    if not possible:
        with pytest.raises(PasskeysUnavailable):
            webauthn.require_possible()


def test_the_issuers_page_is_ours_and_no_other() -> None:
    assert webauthn.is_ours(Passkey().get(OPTIONS))
    for origin in (
        "https://example.com",
        "https://a.id.example.com",
        "null",
        ISSUER + "/",
    ):
        assert not webauthn.is_ours(Passkey(origin=origin).get(OPTIONS))


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"null", b"{", b"\xff", b"[" * 50_000, b'{"origin": 1}'],
)
def test_client_data_that_is_no_object_is_not_ours(data: bytes) -> None:
    credential = Passkey().get(OPTIONS)
    credential["response"]["clientDataJSON"] = websafe_encode(data)
    assert not webauthn.is_ours(credential)


def test_a_page_in_a_foreign_frame_is_not_ours() -> None:
    credential = Passkey().get(OPTIONS)
    told = f'{{"origin": "{ISSUER}", "crossOrigin": true}}'.encode()
    credential["response"]["clientDataJSON"] = websafe_encode(told)
    assert not webauthn.is_ours(credential)


@pytest.mark.parametrize("credential", [None, 1, [], "x", {}, {"type": "x"}])
def test_what_is_no_credential_names_nobody(credential: Any) -> None:
    assert webauthn.user_handle(credential) == ""
    assert not webauthn.is_ours(credential)


def test_a_handle_that_is_no_text_names_nobody() -> None:
    assert webauthn.user_handle(Passkey(user_handle=b"\xff").get(OPTIONS)) == ""
    assert webauthn.user_handle(Passkey(user_handle=b"ab").get(OPTIONS)) == "ab"


@pytest.mark.parametrize("fault", [ValueError, KeyError, IndexError, AttributeError])
def test_whatever_parsing_raises_is_a_refusal(fault: type[Exception]) -> None:
    with pytest.raises(CredentialInvalid), webauthn.reading():
        raise fault


@pytest.mark.parametrize("fault", [FlowInvalid, DatabaseError])
def test_our_own_refusals_and_the_databases_faults_pass(fault: type[Exception]) -> None:
    with pytest.raises(fault), webauthn.reading():
        raise fault


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_credential_without_client_data_is_not_ours(nothing: Any) -> None:
    credential = Passkey().get(OPTIONS)
    credential["response"]["clientDataJSON"] = nothing
    assert not webauthn.is_ours(credential)
    del credential["response"]["clientDataJSON"]
    assert not webauthn.is_ours(credential)
