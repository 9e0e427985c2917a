"""How a password sign-in finds its user."""

from django.contrib.auth.backends import ModelBackend


class EmailBackend(ModelBackend):
    """PLACEHOLDER."""
