"""The mirror of people, and the sign-ins of this site."""

from __future__ import annotations  # Django's fields take no type at run time

import hashlib
from datetime import datetime
from typing import Any

from django.db import models

NAME_LENGTH = 255


def identity_of(
    issuer: str,
    sub: str,
) -> str:
    """Return the key of a person: a digest, which no collation takes for another's."""
    return hashlib.sha256(f"{issuer}\n{sub}".encode()).hexdigest()


class AbstractMirror(models.Model):
    """A person of the issuer, as last seen. Who they are is (issuer, sub), never an address.

    Inherit from it for further columns. `synced_at` is when the issuer said so, and
    `is_enabled` follows it. `is_active` is this site's own: whom it blocks stays out.
    """

    identity: models.CharField[str, str] = models.CharField(
        max_length=64, unique=True, editable=False
    )
    issuer: models.CharField[str, str] = models.CharField(max_length=255)
    sub: models.CharField[str, str] = models.CharField(max_length=255, db_index=True)
    email: models.CharField[str, str] = models.CharField(
        max_length=320, blank=True, db_index=True
    )
    email_verified: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    name: models.CharField[str, str] = models.CharField(
        max_length=NAME_LENGTH, blank=True
    )
    tenant: models.CharField[str, str] = models.CharField(max_length=64, blank=True)
    is_enabled: models.BooleanField[bool, bool] = models.BooleanField(
        default=True, editable=False
    )
    is_active: models.BooleanField[bool, bool] = models.BooleanField(default=True)
    synced_at: models.DateTimeField[datetime | None, datetime | None] = (
        models.DateTimeField(null=True)
    )

    # What templates and Django's own decorators ask of a user.
    is_authenticated = True
    is_anonymous = False
    is_staff = False
    is_superuser = False

    class Meta:  # noqa: D106
        abstract = True

    def __str__(self) -> str:
        """Return what to call them."""
        return self.name or self.email or self.sub

    def get_username(self) -> str:
        """Return what stays the same."""
        return self.sub

    def has_perm(
        self,
        perm: str,
        obj: Any = None,
    ) -> bool:
        """Return False: ask `request.ntt_auth.principal` for permissions."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Return False, as `has_perm` does."""
        return False


class Person(AbstractMirror):
    """The mirror: point foreign keys here."""

    class Meta:  # noqa: D106  # pyright: ignore[reportIncompatibleVariableOverride]
        verbose_name_plural = "people"


class SignIn(models.Model):
    """A browser that is signed in: the Django session holds its id, and no token.

    `tokens` are encrypted. `generation` rises with each refresh and never falls: who
    replaces the tokens names the one that they saw.
    """

    id: models.CharField[str, str] = models.CharField(max_length=43, primary_key=True)
    person: models.ForeignKey[Person, Person] = models.ForeignKey(
        Person, on_delete=models.CASCADE
    )
    sid: models.CharField[str, str] = models.CharField(
        max_length=255, blank=True, db_index=True
    )
    tokens: models.TextField[str, str] = models.TextField()
    generation: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(
        default=0
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        auto_now_add=True
    )
    refreshed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        auto_now=True, db_index=True
    )
