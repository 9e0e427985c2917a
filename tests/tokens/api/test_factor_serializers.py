"""What the endpoints of factors take: a credential is an object, a method one of three."""

from typing import Any

import pytest

from tokens.api.factor_serializers import ConfirmInput, MfaInput, PasskeyInput


@pytest.mark.parametrize("credential", ["x", 1, [], None, True])
def test_a_credential_is_an_object(credential: Any) -> None:
    given = PasskeyInput(data={"flow_token": "x", "credential": credential})
    assert not given.is_valid()
    assert set(given.errors) == {"credential"}
    assert PasskeyInput(data={"flow_token": "x", "credential": {}}).is_valid()


def test_a_method_is_one_of_those_that_are() -> None:
    for method in ("totp", "webauthn", "recovery_code"):
        assert MfaInput(data={"flow_token": "x", "method": method}).is_valid()
    assert not ConfirmInput(
        data={"flow_token": "x", "method": "recovery_code"}
    ).is_valid()
