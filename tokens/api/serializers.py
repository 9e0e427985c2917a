"""What the token endpoints take and give."""

from rest_framework import serializers

from accounts.services.devices import device_name
from config.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictSerializer,
)
from tokens.models import Session

LONGEST_TOKEN = 8192


class ClientFields(StrictSerializer):
    """For which application, and for which audience (RFC 8707)."""

    client_id = StrictCharField(required=False, max_length=64)
    audience = StrictCharField(required=False, max_length=255)


class LoginInput(ClientFields):
    """An address and a password. Lengths beyond any policy are refused unread."""

    email = StrictCharField(max_length=320)
    password = StrictCharField(max_length=4096)


class RegisterInput(LoginInput):
    """Sign-up; `name` is shown to the person's applications."""

    name = StrictCharField(required=False, allow_blank=True, max_length=150)


class FlowInput(StrictSerializer):
    """A flow that waits for its next step; what it is for was said when it began."""

    flow_token = StrictCharField(max_length=LONGEST_TOKEN)


class VerifyEmailInput(FlowInput):
    """The code that was mailed; case and dashes do not matter."""

    code = StrictCharField(max_length=64)


class RefreshInput(ClientFields):
    """A refresh token; `client_id`, if given, must be the session's."""

    refresh_token = StrictCharField(max_length=LONGEST_TOKEN)


class VerifyInput(StrictSerializer):
    """A token to look at, and the audience it must be for."""

    token = StrictCharField(max_length=LONGEST_TOKEN)
    audience = StrictCharField(required=False, max_length=255)


class RevokeInput(StrictSerializer):
    """A token to end."""

    token = StrictCharField(max_length=LONGEST_TOKEN)


class LogoutInput(StrictSerializer):
    """Instead of the Bearer header."""

    refresh_token = StrictCharField(required=False, max_length=LONGEST_TOKEN)


class PasswordInput(StrictSerializer):
    """The password as it is, and as it shall be."""

    current_password = StrictCharField(max_length=4096)
    new_password = StrictCharField(max_length=4096)


class RotateKeysInput(StrictSerializer):
    """How a rotation goes."""

    now = StrictBooleanField(required=False, default=False)


class UserOut(serializers.Serializer[object]):
    """The person in a token response."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    email_verified = serializers.BooleanField()
    name = serializers.CharField(allow_blank=True)


class TokenResponse(serializers.Serializer[object]):
    """Design section 6, "Token response"; times are in seconds."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_token = serializers.CharField()
    refresh_expires_in = serializers.IntegerField()
    scope = serializers.CharField(allow_blank=True)
    user = UserOut()


class PendingResponse(serializers.Serializer[object]):
    """A flow that goes on: present `flow_token` with one of `methods`."""

    flow_token = serializers.CharField()
    methods = serializers.ListField(child=serializers.CharField())


class VerifyResponse(serializers.Serializer[object]):
    """Whether the token is good; its claims only if it is."""

    active = serializers.BooleanField()
    claims = serializers.DictField(required=False)


class RevocationOut(serializers.Serializer[object]):
    """One row of the feed; `issued_before` in Unix seconds, null for all tokens."""

    kind = serializers.CharField()
    subject = serializers.CharField()
    issued_before = serializers.IntegerField(allow_null=True)
    expires_at = serializers.DateTimeField()


class FeedPage(serializers.Serializer[object]):
    """A page of the feed; `next_cursor` is never null."""

    data = RevocationOut(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()


class SessionOut(serializers.Serializer[object]):
    """A session as its owner sees it."""

    id = serializers.UUIDField(source="sid")
    client_id = serializers.CharField(source="application.client_id")
    application = serializers.CharField(source="application.name")
    ip = serializers.IPAddressField(source="login.ip", allow_null=True)
    user_agent = serializers.CharField(source="login.user_agent", allow_blank=True)
    device = serializers.SerializerMethodField()
    amr = serializers.ListField(source="login.amr", child=serializers.CharField())
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(source="rotated_at")
    expires_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField()

    def get_device(self, session: Session) -> str:
        """Return what a person would call the browser, such as `Firefox on Windows`."""
        return device_name(session.login.user_agent)

    def get_current(self, session: object) -> bool:
        """Return whether this is the session that asks."""
        return getattr(session, "sid", None) == self.context.get("current_sid")


class SigningKeyOut(serializers.Serializer[object]):
    """A key without its private half."""

    kid = serializers.CharField()
    algorithm = serializers.CharField()
    state = serializers.CharField()
    created_at = serializers.DateTimeField()
    activated_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class RotatedKeys(serializers.Serializer[object]):
    """The keys that a rotation changed."""

    data = SigningKeyOut(many=True)  # type: ignore[assignment]
