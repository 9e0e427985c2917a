"""What every instance has: the tenant and the application `default`.

In the embedded default anybody may register there and use the service at once; a
production instance begins closed, and its operator opens it on purpose.
"""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from tenants.models import BUILT_IN, Application, Tenant


def ensure_built_ins(**_: Any) -> None:
    """Make the built-in tenant and application where they are missing.

    Runs after every `migrate`; several at once make one.
    """
    inviting = settings.EMBEDDED or settings.TESTING
    registration = Tenant.Registration
    tenant = _ensure(
        Tenant,
        slug=BUILT_IN,
        defaults={
            "name": "Default",
            "registration": registration.OPEN if inviting else registration.CLOSED,
            "verification_required": not inviting,
        },
    )
    _ensure(
        Application,
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


def _ensure(
    model: Any,
    *,
    defaults: dict[str, Any],
    **key: str,
) -> Any:
    try:
        with transaction.atomic():
            return model.objects.get_or_create(**key, defaults=defaults)[0]
    except IntegrityError:
        return model.objects.get(**key)
