"""Who belongs to a tenant, and in which roles."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.models.tenants import Tenant


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
