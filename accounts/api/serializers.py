"""What the account and user endpoints take and give."""

from typing import Any

from rest_framework import serializers

from accounts import passwords
from accounts.addresses import MAX_LENGTH as MAX_EMAIL
from accounts.names import MAX_LENGTH as MAX_NAME
from config.serializers import StrictBooleanField, StrictCharField, StrictSerializer


class Name(StrictCharField):
    """What somebody is called; may be empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_NAME, allow_blank=True, **kwargs)


class ProfileInput(StrictSerializer):
    """What people may change about themselves."""

    name = Name(required=False)
    language = StrictCharField(max_length=10, allow_blank=True, required=False)


class UserInput(StrictSerializer):
    """A user to be made; without a password none is usable."""

    email = StrictCharField(max_length=MAX_EMAIL + 64)
    password = StrictCharField(max_length=passwords.MAX_TYPED, required=False)
    name = Name(required=False)
    email_verified = StrictBooleanField(required=False, source="verified")
    is_superuser = StrictBooleanField(required=False)
    send_invite = StrictBooleanField(
        required=False,
        help_text="Mail them a link, good for a week, by which to choose a password; "
        "only without `password`.",
    )


class EmailInput(StrictSerializer):
    """An address."""

    email = StrictCharField(max_length=MAX_EMAIL + 64)


class ResetInput(EmailInput):
    """Whose password was forgotten, and from which application they came."""

    client_id = StrictCharField(required=False, max_length=64)


class LinkInput(StrictSerializer):
    """What stands behind `?key=` in a mailed link."""

    key = StrictCharField(max_length=128)


class ResetConfirmInput(LinkInput):
    """The new password; the others prove a second factor, as at `auth/mfa`."""

    password = StrictCharField(max_length=4096)
    flow_token = StrictCharField(required=False, max_length=8192)
    method = StrictCharField(required=False, max_length=32)
    code = StrictCharField(required=False, max_length=64)
    credential = serializers.DictField(required=False)


class MeOutput(serializers.Serializer[Any]):
    """One's own profile."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    email_verified = serializers.BooleanField()
    name = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class UserOutput(MeOutput):
    """A user as operators see one."""

    is_active = serializers.BooleanField()
    is_staff = serializers.BooleanField()
    is_superuser = serializers.BooleanField()
    erase_at = serializers.DateTimeField(allow_null=True)
