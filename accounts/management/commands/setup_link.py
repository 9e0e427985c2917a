"""`manage.py setup-link`: a fresh one-time link for the first superuser."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from typing_extensions import override

from accounts.services.setup import LIFETIME, create_setup_link, setup_path
from config.commands import OperatorCommand


class Command(OperatorCommand):
    """Prints a link valid 15 minutes; the ones before are void."""

    help = "Print a one-time link (15 minutes) where the first superuser is made."

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        ends = timezone.now() + LIFETIME
        url = settings.ISSUER + setup_path(create_setup_link())
        return {"url": url, "expires_at": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}
