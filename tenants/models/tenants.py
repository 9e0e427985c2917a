"""A group of applications, APIs and members that trust each other."""

from django.db import models
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.branded import Branded

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
