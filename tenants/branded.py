"""What a tenant's look is made of; a part of `tenants.models`, which owns the rows."""

from django.db import models
from typing_extensions import override

from config.fields import KeyField


class Branded(models.Model):
    """How a tenant looks; "" takes the instance's. Colours are `#rrggbb`.

    `logo_digest` names the stored `Logo` without loading it.
    """

    brand_name = models.CharField(max_length=150, blank=True)
    accent_color = KeyField(max_length=7, blank=True)
    accent_color_dark = KeyField(max_length=7, blank=True)
    support_email = models.CharField(max_length=254, blank=True)
    support_url = models.CharField(max_length=255, blank=True)
    logo_digest = KeyField(max_length=64, blank=True, editable=False)

    class Meta:
        """Columns of the tenant."""

        abstract = True


class Logo(models.Model):
    """A tenant's logo, apart from its row: that is read with every sign-in."""

    tenant = models.OneToOneField(
        "tenants.Tenant", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    content_type = KeyField(max_length=16)
    data = models.BinaryField()

    class Meta:
        """One of a tenant."""

        app_label = "tenants"

    @override
    def __str__(self) -> str:
        return self.content_type
