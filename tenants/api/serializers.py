"""What the management API of tenants takes. Meaning is checked by the services."""

import re
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from accounts.api.serializers import LinkInput
from config.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    StrictObjectField,
    StrictSerializer,
    StrictUUIDField,
)
from tenants.models import Application, Tenant
from tenants.permissions import Permission

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII
)


class StrictDateTimeField(serializers.DateTimeField):
    """An RFC 3339 time as a string: with its offset, or it would be a guess."""

    @override
    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        return super().to_internal_value(value)


def _texts(
    longest: int = 255,
    **options: Any,
) -> StrictListField:
    return StrictListField(
        child=StrictCharField(max_length=longest), required=False, **options
    )


def _address() -> StrictCharField:
    return StrictCharField(max_length=255, allow_blank=True, required=False)


class TenantChange(StrictSerializer):
    """What an admin may change about a tenant."""

    name = StrictCharField(max_length=150, required=False)
    registration = StrictChoiceField(
        choices=Tenant.Registration.choices, required=False
    )
    verification_required = StrictBooleanField(required=False)
    mfa_required = StrictBooleanField(required=False)


class TenantInput(TenantChange):
    """A new tenant."""

    slug = StrictCharField(max_length=63)


class ScopeInput(StrictSerializer):
    """A scope of an API."""

    name = StrictCharField(max_length=64)
    description = StrictCharField(max_length=255, allow_blank=True, default="")


class ApiChange(StrictSerializer):
    """What an admin may change about an API."""

    name = StrictCharField(max_length=150, required=False)
    scopes = StrictListField(child=ScopeInput(), required=False)


class ApiInput(ApiChange):
    """A new API."""

    identifier = StrictCharField(max_length=255)


class ShareInput(StrictSerializer):
    """The other tenants whose applications may ask for an API."""

    tenants = StrictListField(child=StrictCharField(max_length=63))


class ApplicationChange(StrictSerializer):
    """What an admin may change about an application."""

    name = StrictCharField(max_length=150, required=False)
    is_first_party = StrictBooleanField(required=False)
    redirect_uris = _texts()
    post_logout_redirect_uris = _texts()
    backchannel_logout_uri = _address()
    client_authentication = StrictChoiceField(
        choices=Application.Authentication.choices, required=False
    )
    jwks = StrictObjectField(required=False, allow_null=True)
    jwks_uri = _address()
    require_pushed_authorization_requests = StrictBooleanField(required=False)
    client_uri = _address()
    policy_uri = _address()
    tos_uri = _address()
    allowed_origins = _texts()
    grants = _texts(64)
    scopes = _texts(64)
    audiences = _texts()
    manages = StrictCharField(
        required=False,
        allow_blank=True,
        max_length=8,
        help_text="What a first-party service manages as itself: `tenant`, `instance` or "
        "nothing. Superusers set it.",
    )
    signing_algorithm = StrictChoiceField(
        choices=Application.Algorithm.choices, required=False
    )
    id_token_algorithm = StrictChoiceField(
        choices=Application.Algorithm.choices, required=False
    )
    access_token_seconds = StrictIntegerField(required=False, allow_null=True)
    session_idle_seconds = StrictIntegerField(required=False, allow_null=True)
    session_absolute_seconds = StrictIntegerField(required=False, allow_null=True)


class ApplicationInput(ApplicationChange):
    """A new application."""

    name = StrictCharField(max_length=150)
    type = StrictChoiceField(choices=Application.Type.choices)


class RotateInput(StrictSerializer):
    """How long the older secrets still work."""

    overlap = StrictIntegerField(required=False)


class RoleChange(StrictSerializer):
    """What an admin may change about a role."""

    name = StrictCharField(max_length=64, required=False)
    description = StrictCharField(max_length=255, allow_blank=True, required=False)
    permissions = StrictListField(
        child=StrictChoiceField(choices=Permission.choices), required=False
    )
    api_permissions = _texts(64)
    mfa_required = StrictBooleanField(required=False)


class RoleInput(RoleChange):
    """A new role."""

    name = StrictCharField(max_length=64)


class MembershipChange(StrictSerializer):
    """The member's roles (exactly these afterwards) and when they leave."""

    roles = _texts(64)
    expires_at = StrictDateTimeField(required=False, allow_null=True)


class MembershipInput(MembershipChange):
    """A new member: by `email` or by `user_id`."""

    email = StrictCharField(max_length=320, required=False)
    user_id = StrictUUIDField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("user_id" in attrs):
            raise serializers.ValidationError("Give `email` or `user_id`, not both.")
        return attrs


class InvitationInput(StrictSerializer):
    """Whom to invite, and the names of the roles that they get."""

    email = StrictCharField(max_length=320)
    roles = _texts(64)


class AcceptInput(LinkInput):
    """The account to be made: its password, and what the person is called."""

    password = StrictCharField(required=False, max_length=4096)
    name = StrictCharField(required=False, allow_blank=True, max_length=150)
