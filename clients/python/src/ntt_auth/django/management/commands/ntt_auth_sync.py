"""`manage.py ntt_auth_sync`: bring the whole mirror in step by the management API."""

from datetime import datetime, timezone
from typing import Any

from django.core.management.base import BaseCommand

from ntt_auth.django import conf, mirror, sessions
from ntt_auth.settings import required

_ID, _SECRET = "NTT_AUTH_SYNC_CLIENT_ID", "NTT_AUTH_SYNC_CLIENT_SECRET"


class Command(BaseCommand):
    """Needs a service client that may list users.

    Its id and secret are the variables `NTT_AUTH_SYNC_CLIENT_ID` and `_SECRET`.
    """

    help = "Bring the mirror of people in step with the authentication server."

    def handle(
        self,
        *args: Any,
        **options: Any,
    ) -> None:
        """Page through all users; who is not among them becomes disabled.

        Sign-ins that are long over are forgotten.
        """
        from ntt_auth import Client

        known = conf.options()
        began = datetime.now(timezone.utc)
        seen: set[str] = set()
        with Client(
            issuer=known.issuer,
            client_id=required(None, _ID),
            client_secret=required(None, _SECRET),
        ) as client:
            for user in client.users.list():
                said = mirror.from_user(user, began)
                seen.add(said.sub)
                mirror.keep(said)
        gone = mirror.retire(seen, began)
        sessions.purge()
        self.stdout.write(f"{len(seen)} people in step, {gone} gone.")
