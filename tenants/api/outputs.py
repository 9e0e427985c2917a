"""What the management API of tenants answers. No secret and no digest is in any."""

from typing import Any

from django.db.models import prefetch_related_objects
from rest_framework import serializers

from tenants.models import Api, Application, Invitation, Membership

APIS = "applicationapi_set__api"  # what `ApplicationOutput` reads beside the row


class TenantOutput(serializers.Serializer[Any]):
    """A tenant."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    registration = serializers.CharField()
    verification_required = serializers.BooleanField()
    mfa_required = serializers.BooleanField()
    suspended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ScopeOutput(serializers.Serializer[Any]):
    """A scope of an API."""

    name = serializers.CharField()
    description = serializers.CharField()


class ApiOutput(serializers.Serializer[Any]):
    """An API; `shared_with` are the slugs of other tenants."""

    id = serializers.UUIDField()
    identifier = serializers.CharField()
    name = serializers.CharField()
    scopes = ScopeOutput(many=True)
    shared_with = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_shared_with(self, api: Api) -> list[str]:
        """Return the slugs of the other tenants that may use it."""
        return [tenant.slug for tenant in api.shared_with.all()]


class ApplicationOutput(serializers.Serializer[Any]):
    """An application; lifetimes null take the instance's. `jwks` are public keys."""

    id = serializers.UUIDField()
    client_id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    is_first_party = serializers.BooleanField()
    redirect_uris = serializers.ListField(child=serializers.CharField())
    post_logout_redirect_uris = serializers.ListField(child=serializers.CharField())
    backchannel_logout_uri = serializers.CharField()
    client_authentication = serializers.CharField()
    jwks = serializers.DictField(allow_null=True)
    jwks_uri = serializers.CharField()
    require_pushed_authorization_requests = serializers.BooleanField()
    client_uri = serializers.CharField()
    policy_uri = serializers.CharField()
    tos_uri = serializers.CharField()
    allowed_origins = serializers.ListField(child=serializers.CharField())
    grants = serializers.ListField(child=serializers.CharField())
    scopes = serializers.ListField(child=serializers.CharField())
    audiences = serializers.SerializerMethodField()
    manages = serializers.CharField(allow_blank=True)
    signing_algorithm = serializers.CharField()
    id_token_algorithm = serializers.CharField()
    access_token_seconds = serializers.IntegerField(allow_null=True)
    session_idle_seconds = serializers.IntegerField(allow_null=True)
    session_absolute_seconds = serializers.IntegerField(allow_null=True)
    suspended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_audiences(self, application: Application) -> list[str]:
        """Return the identifiers of its APIs, the default first."""
        prefetch_related_objects([application], APIS)  # nothing where a list did it
        return [link.api.identifier for link in application.applicationapi_set.all()]


class NewApplicationOutput(ApplicationOutput):
    """A fresh application; its `client_secret`, if it has one, is shown this once."""

    client_secret = serializers.CharField(allow_null=True)


class SecretOutput(serializers.Serializer[Any]):
    """A client secret: its last four characters, never the whole."""

    id = serializers.UUIDField()
    hint = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewSecretOutput(SecretOutput):
    """A fresh secret, shown this once."""

    client_secret = serializers.CharField()


class RoleOutput(serializers.Serializer[Any]):
    """A role."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    api_permissions = serializers.ListField(child=serializers.CharField())
    mfa_required = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class MemberOutput(serializers.Serializer[Any]):
    """The person of a membership."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField()


class MembershipOutput(serializers.Serializer[Any]):
    """A membership."""

    id = serializers.UUIDField()
    user = MemberOutput()
    roles = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(allow_null=True)
    suspended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_roles(self, membership: Membership) -> list[str]:
        """Return the names of its roles."""
        return [role.name for role in membership.roles.all()]


class InvitationOutput(serializers.Serializer[Any]):
    """An invitation; `invited_by` is null where a command or a service did it."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    roles = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=Invitation.State.choices)
    invited_by = MemberOutput(allow_null=True)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)

    def get_roles(self, invitation: Invitation) -> list[str]:
        """Return the names of the roles that it gives."""
        return [role.name for role in invitation.roles.all()]


class OfferOutput(serializers.Serializer[Any]):
    """What an invitation is, to who holds its link; `tenant` is the name for people."""

    tenant = serializers.CharField()
    email = serializers.CharField()
    expires_at = serializers.DateTimeField()


class AcceptedOutput(serializers.Serializer[Any]):
    """An invitation that was accepted; `tenant` is the name for people."""

    tenant = serializers.CharField()
    user = MemberOutput()
    email_verified = serializers.BooleanField()


class EventOutput(serializers.Serializer[Any]):
    """One thing that happened."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    action = serializers.CharField()
    succeeded = serializers.BooleanField()
    outcome = serializers.CharField()
    actor_type = serializers.CharField()
    actor_id = serializers.CharField()
    actor_label = serializers.CharField()
    tenant_id = serializers.UUIDField(allow_null=True)
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    target_label = serializers.CharField()
    ip = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField()
    request_id = serializers.CharField()
    details = serializers.JSONField()
