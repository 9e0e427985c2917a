"""Users and what guards their sign-in."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.utils import timezone
from typing_extensions import override

from accounts.addresses import email_key
from config.fields import IdField, KeyField


class UserManager(BaseUserManager["User"]):
    """Finds and makes users by the normalised form of their address."""

    def create_user(
        self,
        email: str,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Store a user; without a password none is usable."""
        user = self.model(email=email, email_key=email_key(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self,
        email: str,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Store a user who may do everything."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )

    @override
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email_key=email_key(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `email` is shown, `email_key` is who they are.

    `epoch` is bumped by every change that ends what was handed out before (disable,
    password change, sign out everywhere); a token is minted only under the epoch that
    was read before the credentials were checked. `language` is a tag of `LANGUAGES`, or ""
    for the browser's. `erase_at` says when a person who left is erased, `erased_at` that
    they were: the row stays, anonymous, so that nothing made for it serves another.
    """

    id = IdField()
    email = models.EmailField(max_length=254)
    email_key = KeyField(max_length=254, unique=True, editable=False)
    name = models.CharField(max_length=150, blank=True)
    password = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    language = KeyField(max_length=10, blank=True)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    erase_at = models.DateTimeField(null=True, editable=False, db_index=True)
    erased_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    is_service: ClassVar[bool] = False  # true of an application that acts as itself

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Newest last: UUIDv7 keys are in order of creation."""

        ordering = ["id"]

    @override
    def __str__(self) -> str:
        return self.email

    @override
    def get_session_auth_hash(self) -> str:
        """Bind console sessions to the epoch: what ends a person's logins ends these."""
        return f"{super().get_session_auth_hash()}.{self.epoch}"

    @override
    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under `SECRET_KEY_FALLBACKS`."""
        for made in super().get_session_auth_fallback_hash():
            yield f"{made}.{self.epoch}"

    @override
    def check_password(self, raw_password: str | None) -> bool:
        def rehash(raw: str) -> None:
            """Store the same password anew, unless it was changed meanwhile."""
            mine = User.objects.filter(pk=self.pk, password=self.password)
            self.password = make_password(raw)
            mine.update(password=self.password)

        return check_password(raw_password, self.password, rehash)


class Attempts(models.Model):
    """How often something happened under one key since its window began.

    One row a key, counted by `UPDATE ... SET count = count + 1`: exact under any number
    of workers. `key` is a digest, so that no address stands here in clear.
    """

    key = KeyField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    window_ends_at = models.DateTimeField(db_index=True)

    class Meta:
        """A counter, not a list: never ordered."""

        verbose_name_plural = "attempts"

    @override
    def __str__(self) -> str:
        return f"{self.count} until {self.window_ends_at:%Y-%m-%d %H:%M:%S}"


class Lockout(models.Model):
    """Sign-in to one address from one IP is refused until `locked_until`.

    Keyed by `email_key` whether or not the account exists, so that a lockout tells
    nothing. An operator lifts it by deleting the row (`services.lift_lockouts`).
    """

    id = IdField()
    email_key = KeyField(max_length=254, db_index=True)
    ip = models.GenericIPAddressField()
    locked_until = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One row per address and IP."""

        constraints = [
            models.UniqueConstraint(
                fields=["email_key", "ip"], name="accounts_lockout_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.email_key} from {self.ip}"


class KnownAddress(models.Model):
    """An IP from which an account signed in successfully: a lockout never shuts it out."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="known_addresses"
    )
    ip = models.GenericIPAddressField()
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One row per user and IP."""

        verbose_name_plural = "known addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ip"], name="accounts_known_address_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.ip


class SetupLink(models.Model):
    """The one-time link with which the first superuser is made; stored hashed."""

    id = IdField()
    digest = KeyField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return f"set-up link until {self.expires_at:%H:%M:%S}"


class MailLink(models.Model):
    """A single-use link that was mailed to somebody; stored hashed (`accounts.mail.links`).

    `email_key` is the address it was mailed to. `epoch` is the person's when it was made.
    """

    class Purpose(models.TextChoices):
        """What it is good for."""

        VERIFY_EMAIL = "verify", "prove an address"
        RESET_PASSWORD = "reset", "choose a new password"  # nosec: no password
        FIRST_PASSWORD = "invite", "choose the first password"  # nosec: no password
        CHANGE_EMAIL = "change", "confirm a new address"
        UNDO_EMAIL_CHANGE = "undo", "take an address change back"
        CANCEL_ERASURE = "keep", "keep the account"

    id = IdField()
    purpose = KeyField(max_length=16, choices=Purpose.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mail_links")
    digest = KeyField(max_length=64, unique=True)
    email_key = KeyField(max_length=254)
    epoch = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    expires_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return f"{self.purpose} until {self.expires_at:%Y-%m-%d %H:%M}"


class KnownDevice(models.Model):
    """A browser from which an account signed in; `digest` says nothing about it alone."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="known_devices"
    )
    digest = KeyField(max_length=64)
    last_used_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        """One row per user and device."""

        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="accounts_known_device_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.digest[:8]


class SpentCode(models.Model):
    """A single-use code that was presented: the unique digest makes its use atomic."""

    digest = KeyField(max_length=64, primary_key=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def drop(self) -> None:
        """Give the code back: it was wrong, and nothing was spent."""
        self.delete()

    @override
    def __str__(self) -> str:
        return self.digest[:8]


class IdempotencyKey(models.Model):
    """The first answer to a management POST, kept 24 hours for its caller.

    `fingerprint` tells whether a repetition has the same body; the answer is stored
    without its secrets.
    """

    id = IdField()
    caller = KeyField(max_length=64)
    key = KeyField(max_length=255)
    fingerprint = KeyField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        """One per caller and key: the unique index is the claim."""

        constraints = [
            models.UniqueConstraint(
                fields=["caller", "key"], name="accounts_idempotency_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.key
