"""A client application, the APIs that it gets tokens for, and its secrets."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.metadata import ClientMetadata
from tenants.models.apis import Api
from tenants.models.tenants import BUILT_IN, Tenant


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
