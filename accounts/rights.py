"""Who may use the operator console, and for what. Granted by superusers only."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from config.errors import Conflict, Forbidden


@dataclass(frozen=True)
class Rights:
    """What an operator may do; `permissions` are Django's, as `app.codename`."""

    is_staff: bool
    is_superuser: bool
    permissions: frozenset[str]


def rights_of(user: User) -> Rights:
    """Return the rights that a user holds directly."""
    held = user.user_permissions.values_list("content_type__app_label", "codename")
    names = frozenset(f"{app}.{codename}" for app, codename in held)
    return Rights(user.is_staff, user.is_superuser, names)


def set_rights(
    user: User,
    *,
    rights: Rights,
    acting_user: User,
) -> None:
    """Give a user exactly these rights; records what changed, if anything did.

    Raises `Forbidden` unless the acting user is an active superuser, and `Conflict` where
    no active superuser would be left.
    """
    with transaction.atomic():
        active = User.objects.filter(is_superuser=True, is_active=True)
        keepers = active.order_by("pk").select_for_update()
        standing = set(keepers.values_list("pk", flat=True))
        if acting_user.pk not in standing:
            raise Forbidden("Only a superuser grants rights in the console.")
        if not rights.is_superuser and standing == {user.pk}:
            raise Conflict("This is the last superuser; appoint another one first.")
        before = rights_of(User.objects.get(pk=user.pk))
        if before == rights:
            return
        User.objects.filter(pk=user.pk).update(
            is_staff=rights.is_staff, is_superuser=rights.is_superuser
        )
        user.user_permissions.set(_permissions(rights.permissions))
        record(
            Action.RIGHTS_CHANGED,
            acting=acting_user,
            target=user,
            details={
                "is_staff": rights.is_staff,
                "is_superuser": rights.is_superuser,
                "granted": sorted(rights.permissions - before.permissions),
                "withdrawn": sorted(before.permissions - rights.permissions),
            },
        )


def _permissions(names: frozenset[str]) -> list[Permission]:
    wanted = Q(pk__in=[])
    for name in names:
        app, _, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))
