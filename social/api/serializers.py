"""What the endpoints of social sign-in take and give."""

from rest_framework import serializers

from config.serializers import StrictCharField, StrictSerializer
from tokens.api.serializers import ClientFields


class ProviderOut(serializers.Serializer[object]):
    """A provider that an application offers.

    `native` says that its ID tokens may be sent. For the browser, `id` is the
    authorization request's `connection`.
    """

    id = serializers.CharField(source="provider_id")
    provider = serializers.CharField()
    name = serializers.CharField()
    native = serializers.BooleanField()


class ProvidersOut(serializers.Serializer[object]):
    """The providers of an application, in the order of their buttons."""

    data = ProviderOut(many=True)  # type: ignore[assignment]


class IdTokenFields(StrictSerializer):
    """An ID token of a provider, and the nonce that the app asked it with."""

    id_token = StrictCharField(max_length=16384)
    nonce = StrictCharField(max_length=255)


class TokenInput(IdTokenFields, ClientFields):
    """To sign in by an ID token, over REST."""


class IdentityInput(IdTokenFields):
    """To connect whom an ID token names to one's own account."""

    provider = StrictCharField(max_length=64)


class IdentityOut(serializers.Serializer[object]):
    """An account at a provider that signs one in. What the provider told last is shown."""

    id = serializers.UUIDField()
    connection = serializers.CharField(source="connection.provider_id")
    provider = serializers.CharField(source="connection.provider")
    name = serializers.CharField(source="connection.name")
    email = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class IdentitiesOut(serializers.Serializer[object]):
    """One's connected accounts, the oldest first."""

    data = IdentityOut(many=True)  # type: ignore[assignment]
