"""Everything that is held about somebody, for them."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts import limits
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.privacy.holders import holders
from config.errors import Forbidden

FORMAT = 1


def export_data(
    user: User,
    *,
    acting_user: User,
) -> dict[str, Any]:
    """Return all that is held about a person, by app and section; for themselves only.

    Secrets are not in it. Raises `Forbidden`, `TooManyRequests`.
    """
    if acting_user.pk != user.pk or not acting_user.is_active:
        raise Forbidden("Only the person themselves may have their data.")
    limits.hit("export_account", str(user.pk))
    person = User.objects.get(pk=user.pk)
    data: dict[str, dict[str, Any]] = {}
    for holder in holders():
        app, _, name = holder.section.partition(".")
        data.setdefault(app, {})[name] = holder.export(person)
    record(Action.DATA_EXPORTED, acting=user, target=user)
    return {
        "format": FORMAT,
        "issuer": settings.ISSUER,
        "user_id": user.pk,
        "exported_at": timezone.now(),
        "data": data,
    }
