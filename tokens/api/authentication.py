"""Who calls our API: the Bearer door."""

from rest_framework.authentication import BaseAuthentication


class BearerAuthentication(BaseAuthentication):
    """PLACEHOLDER, soon."""

    def authenticate(self, request):
        """PLACEHOLDER."""
        return None
