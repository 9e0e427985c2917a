"""Connections to providers, who is known to them, and sign-ins that are on the way."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from typing_extensions import override

from config.encryption import decrypt
from config.fields import IdField, KeyField
from tenants.models import Tenant


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Which connections are offered where."""

    def open_to(self, tenant_id: UUID) -> "ConnectionQuerySet":
        """Return those that the applications of a tenant may use: its own, and everybody's."""
        mine = Q(tenant_id=tenant_id) | Q(tenant_id=None)
        return self.filter(mine, suspended_at=None)


class Connection(models.Model):
    """A provider that an operator trusts to say who somebody is.

    Without `tenant` it is everybody's. `client_secret` is encrypted; for Apple it is the
    private key (PEM) that signs one. `issuer` is where the provider is, where there are
    several. `native_client_ids` are further audiences of ID tokens that apps send.
    `trusts_email`: an address that the provider calls verified is one.
    """

    class Provider(models.TextChoices):
        """Whose dialect is spoken."""

        GITHUB = "github", "GitHub"
        GOOGLE = "google", "Google"
        MICROSOFT = "microsoft", "Microsoft"
        GITLAB = "gitlab", "GitLab"
        APPLE = "apple", "Apple"
        FACEBOOK = "facebook", "Facebook"
        LINKEDIN = "linkedin", "LinkedIn"
        OIDC = "oidc", "OpenID Connect"

    id = IdField()
    provider_id = KeyField(max_length=64, unique=True)
    provider = KeyField(max_length=16, choices=Provider.choices)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, null=True, related_name="connections"
    )
    name = models.CharField(max_length=64)
    client_id = models.CharField(max_length=255)
    client_secret = models.TextField(blank=True)
    issuer = models.CharField(max_length=255, blank=True)
    team_id = KeyField(max_length=32, blank=True)
    key_id = KeyField(max_length=32, blank=True)
    native_client_ids = models.JSONField(default=list, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    trusts_email = models.BooleanField(default=False)
    keeps_tokens = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        """In the order in which their buttons stand."""

        ordering = ["id"]

    @override
    def __str__(self) -> str:
        return self.provider_id

    @property
    def secret(self) -> str:
        """The client secret in clear; raises `Unavailable` where no key opens it."""
        return decrypt(self.client_secret) if self.client_secret else ""


class Identity(models.Model):
    """That a person is `subject` at a connection: never an address or a user name.

    `email` and `name` are what the provider last told, to be shown only. `tokens` are the
    provider's, encrypted, and kept only where the connection says so.
    """

    id = IdField()
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="identities"
    )
    subject = KeyField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identities"
    )
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=150, blank=True)
    tokens = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        """One person per subject of a connection."""

        ordering = ["id"]
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "subject"], name="social_identity_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.subject} at {self.connection}"


class Attempt(models.Model):
    """One way to a provider and back: good once, in the browser that began it.

    `digest` is that of `state`, `browser` that of what the browser's session holds.
    `sealed` (the PKCE verifier, the nonce, what it is for) and `answer` (what a provider
    posted) are encrypted.
    """

    id = IdField()
    digest = KeyField(max_length=64, unique=True)
    browser = KeyField(max_length=64)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="+"
    )
    sealed = models.TextField()
    answer = models.TextField(blank=True)
    expires_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"to {self.connection} {self.created_at:%Y-%m-%d %H:%M}"
