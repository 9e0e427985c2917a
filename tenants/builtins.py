"""The tenant and the application that every instance has, made after each migration."""

from typing import Any

from django.conf import settings
from django.db import connections, transaction

from tenants.models import BUILT_IN, Application, Tenant


def ensure_built_ins() -> Application:
    """Make the tenant `default` and its application, unless they are there.

    The embedded default lets anyone register and get tokens at once; production opens
    registration only by an operator's word. What an operator changed stays.
    """
    embedded = settings.EMBEDDED or settings.TESTING
    registration = Tenant.Registration
    with transaction.atomic():
        tenant, _ = Tenant.objects.get_or_create(
            slug=BUILT_IN,
            defaults={
                "name": "Default",
                "registration": registration.OPEN if embedded else registration.CLOSED,
                "verification_required": not embedded,
            },
        )
        application, _ = Application.objects.get_or_create(
            client_id=BUILT_IN,
            defaults={
                "tenant": tenant,
                "name": "Default",
                "type": Application.Type.SPA,
                "is_first_party": True,
                "scopes": ["account"],
                "grants": ["refresh_token"],
            },
        )
    return application


def after_migrate(
    sender: Any,
    using: str,
    **told: Any,
) -> None:
    """Receive `post_migrate`; the tables are gone after `migrate tenants zero`."""
    if Tenant._meta.db_table in connections[using].introspection.table_names():
        ensure_built_ins()
