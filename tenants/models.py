"""Tenants and what belongs to them. Every `epoch` is bumped by each ending change."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.branded import Branded
from tenants.metadata import ClientMetadata
from tenants.service_accounts import ServiceAccount as ServiceAccount  # noqa: F401

BUILT_IN = "default"


class Tenant(Branded):
    """A group of applications, APIs and members that trust each other."""

    class Registration(models.TextChoices):
        """Who may become a member by signing in."""

        OPEN = "open", "anyone"
        INVITE = "invite", "the invited"
        CLOSED = "closed", "nobody"

    id = IdField()
    slug = KeyField(max_length=63, unique=True)
    name = models.CharField(max_length=150)
    registration = KeyField(
        max_length=8, choices=Registration.choices, default=Registration.INVITE
    )
    verification_required = models.BooleanField(default=True)
    mfa_required = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """In order of creation."""

        ordering = ["id"]

    @override
    def __str__(self) -> str:
        return self.slug

    @property
    def is_built_in(self) -> bool:
        """Whether this is the tenant that every instance has."""
        return self.slug == BUILT_IN


class Api(models.Model):
    """A protected API: `identifier` is the audience of tokens made for it.

    `scopes` is a list of `{"name", "description"}`. Applications of `tenant`, and of the
    tenants it is shared with, may ask for tokens for it.
    """

    id = IdField()
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="apis")
    identifier = KeyField(max_length=255, unique=True)
    name = models.CharField(max_length=150)
    scopes = models.JSONField(default=list, blank=True)
    shared_with = models.ManyToManyField(Tenant, related_name="shared_apis", blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """In order of creation."""

        verbose_name = "API"
        ordering = ["id"]

    @override
    def __str__(self) -> str:
        return self.identifier

    @property
    def scope_names(self) -> list[str]:
        """The names of the scopes, in their order."""
        return [scope["name"] for scope in self.scopes]


class Application(ClientMetadata):
    """A client application (an OAuth client, RFC 6749 section 2).

    First-party applications may use the REST door and the identity API. Lifetimes are
    in seconds; None takes the instance's default.
    """

    class Type(models.TextChoices):
        """What kind of client it is; `web` and `service` can keep a secret."""

        WEB = "web", "web (server-side)"
        SPA = "spa", "single page"
        NATIVE = "native", "native"
        SERVICE = "service", "service"

    class Manages(models.TextChoices):
        """What it manages over the management API as itself, without a person."""

        NOTHING = "", "nothing"
        TENANT = "tenant", "its own tenant"
        INSTANCE = "instance", "the whole instance"

    class Algorithm(models.TextChoices):
        """With what its tokens are signed."""

        ES256 = "ES256", "ES256"
        EDDSA = "EdDSA", "EdDSA"
        RS256 = "RS256", "RS256"

    id = IdField()
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="applications"
    )
    client_id = KeyField(max_length=64, unique=True)
    name = models.CharField(max_length=150)
    type = KeyField(max_length=8, choices=Type.choices)
    is_first_party = models.BooleanField(default=False)
    allowed_origins = models.JSONField(default=list, blank=True)
    grants = models.JSONField(default=list, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    apis = models.ManyToManyField(
        Api, through="ApplicationApi", related_name="applications", blank=True
    )
    signing_algorithm = KeyField(
        max_length=8, choices=Algorithm.choices, default=Algorithm.ES256
    )
    id_token_algorithm = KeyField(
        max_length=8, choices=Algorithm.choices, default=Algorithm.RS256
    )
    manages = KeyField(
        max_length=8, choices=Manages.choices, default=Manages.NOTHING, blank=True
    )
    access_token_seconds = models.PositiveIntegerField(null=True, blank=True)
    session_idle_seconds = models.PositiveIntegerField(null=True, blank=True)
    session_absolute_seconds = models.PositiveIntegerField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """In order of creation."""

        ordering = ["id"]

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.client_id})"

    @property
    def is_built_in(self) -> bool:
        """Whether this is the application used where no `client_id` is given."""
        return self.client_id == BUILT_IN

    @property
    def is_confidential(self) -> bool:
        """Whether it can keep a secret or a key (RFC 6749 section 2.1)."""
        return self.type in (self.Type.WEB, self.Type.SERVICE)

    @property
    def may_manage(self) -> bool:
        """Whether it may hold the right that `manages` names."""
        ours = self.is_first_party and self.type == self.Type.SERVICE
        return bool(self.manages) and ours

    @property
    def access_seconds(self) -> int:
        """The lifetime of its access tokens, in seconds."""
        return self.access_token_seconds or settings.ACCESS_TOKEN_SECONDS

    @property
    def idle_seconds(self) -> int:
        """How long its sessions live without a refresh, in seconds."""
        return self.session_idle_seconds or settings.SESSION_IDLE_SECONDS

    @property
    def absolute_seconds(self) -> int:
        """How long its sessions live at most, in seconds."""
        return self.session_absolute_seconds or settings.SESSION_ABSOLUTE_SECONDS


class ApplicationApi(models.Model):
    """That an application may ask for tokens for an API; the first is its default."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE)
    api = models.ForeignKey(Api, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """In the application's order."""

        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "api"], name="tenants_application_api_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.application_id} -> {self.api_id}"


class ApplicationSecret(models.Model):
    """A client secret: shown once, stored as SHA-256 (it is random, not a password).

    Several may be live at once, so that a rotation has no gap.
    """

    id = IdField()
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="secrets"
    )
    digest = KeyField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"...{self.hint}"


class Role(models.Model):
    """A named role in one tenant.

    Its name goes into tokens for the tenant's own services, and `api_permissions` into
    those for the tenant's own APIs (claim `permissions`); on our own API only
    `permissions` (from `tenants.permissions.Permission`) count.
    """

    id = IdField()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="roles")
    name = KeyField(max_length=64)
    description = models.CharField(max_length=255, blank=True)
    permissions = models.JSONField(default=list, blank=True)
    api_permissions = models.JSONField(default=list, blank=True)
    mfa_required = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        """One of a name in a tenant."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], name="tenants_role_name_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Which memberships stand."""

    def active(self) -> "MembershipQuerySet":
        """Return those neither suspended nor expired."""
        current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(current, suspended_at=None)


class Membership(models.Model):
    """That a user belongs to a tenant, with which roles, and until when."""

    id = IdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="memberships"
    )
    roles = models.ManyToManyField(Role, related_name="memberships", blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        """One per user and tenant."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tenant"], name="tenants_membership_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} in {self.tenant}"

    @property
    def is_active(self) -> bool:
        """Whether it stands now."""
        current = self.expires_at is None or self.expires_at > timezone.now()
        return current and self.suspended_at is None


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations are good for something."""

    def in_state(self, state: str) -> "InvitationQuerySet":
        """Return those in one `Invitation.State` now."""
        states, now = Invitation.State, timezone.now()
        if state == states.ACCEPTED:
            return self.filter(accepted_at__isnull=False)
        if state == states.REVOKED:
            return self.filter(revoked_at__isnull=False)
        unused = self.filter(standing=True)
        if state == states.EXPIRED:
            return unused.filter(expires_at__lte=now)
        return unused.filter(expires_at__gt=now)


class Invitation(models.Model):
    """That whoever reads the mail to an address may become a member of a tenant.

    `digest` is the SHA-256 of the last link. `standing` is true until it is accepted or
    revoked and null then: the unique key holds one that stands per tenant and address.
    """

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "open"
        ACCEPTED = "accepted", "accepted"
        REVOKED = "revoked", "revoked"
        EXPIRED = "expired", "expired"

    id = IdField()
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(max_length=254)
    email_key = KeyField(max_length=254, editable=False)
    roles = models.ManyToManyField(Role, related_name="invitations", blank=True)
    digest = KeyField(max_length=64, unique=True, editable=False)
    standing = models.BooleanField(null=True, default=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        """One that stands per tenant and address."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email_key", "standing"],
                name="tenants_invitation_once",
            )
        ]

    @override
    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> str:
        """Where it stands now, one of `State`."""
        if self.accepted_at:
            return self.State.ACCEPTED.value
        if self.revoked_at:
            return self.State.REVOKED.value
        lapsed = self.expires_at <= timezone.now()
        return (self.State.EXPIRED if lapsed else self.State.OPEN).value


def bump_epoch(queryset: "models.QuerySet[Any]", **changes: Any) -> int:
    """Apply `changes` and move the epoch on, in one UPDATE; return the rows changed."""
    return queryset.update(epoch=F("epoch") + 1, **changes)
