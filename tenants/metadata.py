"""What OAuth knows of a client beyond its name; a part of `tenants.models`.

The names are those of RFC 7591 section 2 and of the OpenID Connect specifications.
"""

from django.db import models

from config.fields import KeyField


class ClientMetadata(models.Model):
    """Where a client is, and how it proves itself.

    `jwks` or `jwks_uri` hold the keys of a client that authenticates by `private_key_jwt`
    (RFC 7523). The `..._uri` of pages for people are shown where it asks for consent.
    """

    class Authentication(models.TextChoices):
        """How a confidential client authenticates; a secret in the header or the body."""

        SECRET = "client_secret", "client secret"
        KEY = "private_key_jwt", "private key (JWT)"

    redirect_uris = models.JSONField(default=list, blank=True)
    post_logout_redirect_uris = models.JSONField(default=list, blank=True)
    backchannel_logout_uri = models.CharField(max_length=255, blank=True)
    client_authentication = KeyField(
        max_length=16, choices=Authentication.choices, default=Authentication.SECRET
    )
    jwks = models.JSONField(null=True, blank=True)
    jwks_uri = models.CharField(max_length=255, blank=True)
    require_pushed_authorization_requests = models.BooleanField(default=False)
    client_uri = models.CharField(max_length=255, blank=True)
    policy_uri = models.CharField(max_length=255, blank=True)
    tos_uri = models.CharField(max_length=255, blank=True)

    class Meta:
        """Columns of the application."""

        abstract = True

    @property
    def signs_with_key(self) -> bool:
        """Whether it proves itself by a key of its own, and so has no secret."""
        return self.client_authentication == self.Authentication.KEY
