"""Who is asked to belong to a tenant."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.models.memberships import Role
from tenants.models.tenants import Tenant


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
