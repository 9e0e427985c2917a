"""The application."""

from django.apps import AppConfig


class NttAuthConfig(AppConfig):
    """Sign-in, sessions and the mirror of people."""

    name = "ntt_auth.django"
    label = "ntt_auth_django"
    verbose_name = "Authentication"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks."""
        from ntt_auth.django import checks  # noqa: F401
