"""What is remembered between a request and its tokens. Codes are stored as SHA-256."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.models import Api, Application
from tokens.models import Login, Session


class Granted(models.Model):
    """What a person let an application have: `scope` of one audience.

    Without `api` the audience is the identity API where the scope holds one of its names,
    and UserInfo otherwise.
    """

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="+"
    )
    api = models.ForeignKey(Api, on_delete=models.CASCADE, null=True, related_name="+")
    scope = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Only the columns."""

        abstract = True


class Code(Granted):
    """A single-use code; `session` is what it was exchanged for."""

    digest = KeyField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    session = models.OneToOneField(
        Session, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        """Only the columns."""

        abstract = True


class AuthorizationCode(Code):
    """A code that a browser carries to its client (RFC 6749 section 4.1.2)."""

    id = IdField()
    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="+")
    redirect_uri = models.CharField(max_length=512)
    code_challenge = KeyField(max_length=43)
    nonce = models.CharField(max_length=512, blank=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.application} {self.created_at:%Y-%m-%d %H:%M}"

    def get_redirect_uri(self) -> str:
        """Return what the exchange must name again (Authlib asks)."""
        return self.redirect_uri


class PushedRequest(models.Model):
    """An authorization request that its client left here (RFC 9126).

    `parameters` are encrypted: an `id_token_hint` may be among them.
    """

    id = IdField()
    digest = KeyField(max_length=64, unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="+"
    )
    parameters = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.application} {self.created_at:%Y-%m-%d %H:%M}"


class DeviceCode(Code):
    """What a device without a browser waits with (RFC 8628).

    `user_digest` is that of the code which a person types. Whoever saw the client and
    allowed it is `login`.
    """

    id = IdField()
    user_digest = KeyField(max_length=64, unique=True)
    interval = models.PositiveSmallIntegerField(default=5)
    polled_at = models.DateTimeField(null=True)
    login = models.ForeignKey(
        Login, on_delete=models.CASCADE, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    denied_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=256, blank=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.application} {self.created_at:%Y-%m-%d %H:%M}"


class Consent(models.Model):
    """That a person lets one application have `scope` of one audience, until revoked."""

    id = IdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="consents"
    )
    audience = KeyField(max_length=255)
    scope = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One per person, application and audience."""

        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "application", "audience"], name="oidc_consent_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} to {self.application}"
