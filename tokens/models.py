"""Keys, logins, sessions and revocations. No token is ever stored."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField, uuid7
from tenants.models import Api, Application, Tenant


class SigningKey(models.Model):
    """One key of the ring; `kid` is its RFC 7638 thumbprint.

    pending: published, not yet used. active: signs. retired: verifies only.
    revoked: gone from the JWKS, refused at once.
    """

    class State(models.TextChoices):
        """Where it stands in its life."""

        PENDING = "pending", "pending"
        ACTIVE = "active", "active"
        RETIRED = "retired", "retired"
        REVOKED = "revoked", "revoked"

    id = IdField()
    kid = KeyField(max_length=43, unique=True)
    algorithm = KeyField(max_length=8)
    state = KeyField(max_length=8, choices=State.choices, default=State.PENDING)
    public_jwk = models.JSONField()
    private_key = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.algorithm} {self.kid[:8]}"


class Ending(models.Model):
    """What a login and a session have in common: they end once, for a reason."""

    revoked_at = models.DateTimeField(null=True)
    reason = KeyField(max_length=64, blank=True)

    class Meta:
        """Only the columns."""

        abstract = True


class Login(Ending):
    """One sign-in of a person, by REST or browser; `epoch` is the user's at that time.

    `bound_to` is the tenant whose own connection vouched for them: it is good for that
    tenant's applications, and proves nothing where one's account is changed.
    """

    id = IdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="logins"
    )
    epoch = models.PositiveIntegerField()
    amr = models.JSONField(default=list)
    auth_time = models.DateTimeField()
    bound_to = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, null=True, related_name="+"
    )
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=256, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    @override
    def __str__(self) -> str:
        return f"{self.user} at {self.auth_time:%Y-%m-%d %H:%M}"


class SessionQuerySet(models.QuerySet["Session"]):
    """Which sessions live."""

    def live(self) -> "SessionQuerySet":
        """Return those neither ended nor expired."""
        now = timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=now, idle_expires_at__gt=now)

    def of_user(self, user_id: UUID) -> "SessionQuerySet":
        """Return the sessions of one user."""
        return self.filter(login__user_id=user_id)


class Session(Ending):
    """One application's share in a login: a refresh family.

    A refresh token is a signed JWT that carries `sid` and `generation`; only the present
    generation may be exchanged, by one conditional UPDATE. `audience` None is the
    identity API. The epochs are those the application, tenant and membership had at
    birth: a difference means that something ended the session, even where a race kept
    the ending from seeing this row.
    """

    class Door(models.TextChoices):
        """Where it may be refreshed."""

        REST = "rest", "REST"
        OAUTH = "oauth", "OAuth"
        BROWSER = "browser", "our own pages"

    sid = IdField(default=uuid7)
    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="sessions")
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="sessions"
    )
    audience = models.ForeignKey(Api, on_delete=models.CASCADE, null=True)
    scope = models.TextField(blank=True)
    door = KeyField(max_length=8, choices=Door.choices, default=Door.REST)
    generation = models.PositiveIntegerField(default=0)
    issued_at = models.BigIntegerField()
    rotated_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    idle_expires_at = models.DateTimeField()
    application_epoch = models.PositiveIntegerField()
    tenant_epoch = models.PositiveIntegerField()
    membership_epoch = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()

    class Meta:
        """Newest first; live ones are looked for by application."""

        ordering = ["-sid"]
        indexes = [
            models.Index(fields=["expires_at"], name="tokens_session_expiry"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.sid)


class Revocation(models.Model):
    """One line of the blacklist and of its feed.

    `subject` is a digest (`revocations.subject_of`). With `issued_before` (Unix seconds)
    it refuses tokens with `iat <= issued_before`; without, every token of the subject.
    """

    class Kind(models.TextChoices):
        """What a subject is the digest of."""

        SESSION = "session", "session"
        TOKEN = "token", "token"
        USER = "user", "user"
        MEMBERSHIP = "membership", "membership"
        APPLICATION = "application", "application"
        TENANT = "tenant", "tenant"
        KEY = "key", "key"

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = KeyField(max_length=12, choices=Kind.choices)
    subject = KeyField(max_length=22)
    issued_before = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    reason = KeyField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """In order of commit; one line a subject."""

        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], name="tokens_revocation_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"


class Feed(models.Model):
    """The one row whose lock orders revocations, and that tells workers what moved.

    `number` is the last revocation's; `keys_version` moves with the key ring. `feed_id`
    changes when a database is restored, so that no follower trusts an old cursor.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    feed_id = KeyField(max_length=22)
    number = models.PositiveBigIntegerField(default=0)
    keys_version = models.PositiveBigIntegerField(default=0)

    class Meta:
        """There is exactly one."""

        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="tokens_feed_single")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.feed_id}.{self.number}"
