"""What the endpoints of second factors take and give."""

from typing import Any

from rest_framework import serializers

from accounts.flows.second_factor import METHODS, PASSKEY, TOTP
from config.serializers import StrictCharField, StrictChoiceField, StrictSerializer
from tokens.api.serializers import LONGEST_TOKEN, FlowInput, TokenResponse


class CredentialField(serializers.JSONField):
    """A `PublicKeyCredential` as its `toJSON()` gives it (WebAuthn 3, 5.1)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(_is_object)


def _is_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise serializers.ValidationError("Expected an object.", code="invalid")


class MfaInput(FlowInput):
    """A second factor: `code`, or for `webauthn` its `credential`."""

    method = StrictChoiceField(choices=METHODS)
    code = StrictCharField(max_length=64, required=False)
    credential = CredentialField(required=False)


class PasskeyInput(FlowInput):
    """A passkey's answer."""

    credential = CredentialField()


class ReauthenticateInput(StrictSerializer):
    """The password; without one a passkey is asked for."""

    password = StrictCharField(max_length=4096, required=False)


class EnrolTotpInput(FlowInput):
    """The app's first code."""

    code = StrictCharField(max_length=64)


class EnrolPasskeyInput(FlowInput):
    """A new passkey, and what to call it."""

    credential = CredentialField()
    name = StrictCharField(max_length=100, required=False, allow_blank=True)


class EnrolInput(StrictSerializer):
    """Which kind of factor to set up."""

    method = StrictChoiceField(choices=(TOTP, PASSKEY))


class ConfirmInput(StrictSerializer):
    """The proof of a new factor: `code` or `credential`, as the method has it."""

    flow_token = StrictCharField(max_length=LONGEST_TOKEN)
    method = StrictChoiceField(choices=(TOTP, PASSKEY))
    code = StrictCharField(max_length=64, required=False)
    credential = CredentialField(required=False)
    name = StrictCharField(max_length=100, required=False, allow_blank=True)


class FactorInput(StrictSerializer):
    """What a passkey is called."""

    name = StrictCharField(max_length=100)


class RequestOptions(serializers.Serializer[Any]):
    """WebAuthn's `CredentialRequestOptions` in JSON."""

    options = serializers.DictField()


class PasskeyBegun(RequestOptions):
    """With the flow that waits for the answer."""

    flow_token = serializers.CharField()


class CreationOptions(serializers.Serializer[Any]):
    """WebAuthn's `CredentialCreationOptions` in JSON."""

    options = serializers.DictField()


class TotpSecret(serializers.Serializer[Any]):
    """A TOTP secret in base32, and as the `otpauth:` URI that a QR code shows."""

    secret = serializers.CharField()
    otpauth_uri = serializers.CharField()


class Enrolling(serializers.Serializer[Any]):
    """A factor that waits for its proof: a TOTP secret, or WebAuthn creation options."""

    flow_token = serializers.CharField()
    secret = serializers.CharField(required=False)
    otpauth_uri = serializers.CharField(required=False)
    options = serializers.DictField(required=False)


class RecoveryCodes(serializers.Serializer[Any]):
    """Recovery codes, shown this once; none where there are some already."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class EnrolledTokens(TokenResponse):
    """A token response, with the recovery codes of a first factor."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class FactorOut(serializers.Serializer[Any]):
    """A factor of one's own, without its secret."""

    id = serializers.UUIDField()
    method = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    codes_left = serializers.IntegerField(allow_null=True)


class FactorsOut(serializers.Serializer[Any]):
    """All of one's factors."""

    data = FactorOut(many=True)  # type: ignore[assignment]
