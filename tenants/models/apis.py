"""A protected API, the audience of tokens."""

from django.db import models
from django.utils import timezone
from typing_extensions import override

from config.fields import IdField, KeyField
from tenants.models.tenants import Tenant


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
