"""Roles. Nobody writes a role that holds, held or would hold more than they do."""

from collections.abc import Sequence
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from config.errors import InvalidInput, NotFound
from tenants import validation
from tenants.models import Membership, Role, Tenant
from tenants.permissions import Permission, of_values, require, require_within
from tenants.services.room import require_room, require_room_of, room_taken
from tenants.services.tenants import one_of_a_kind
from tenants.signals import roles_changed

TAKEN = "This tenant has a role of this name."


class Traits(TypedDict, total=False):
    """What can be said about a role."""

    name: str
    description: str
    permissions: Sequence[str]
    api_permissions: Sequence[str]
    mfa_required: bool


def _checked(traits: Traits) -> Traits:
    if "name" in traits:
        validation.role_name(traits["name"])
    if "description" in traits:
        shown = validation.text(
            "description", traits["description"], maximum=255, blank=True
        )
        traits["description"] = shown
    if "permissions" in traits:
        for value in traits["permissions"]:
            validation.choice("permissions", value, Permission.values)
        traits["permissions"] = sorted(set(traits["permissions"]))
    if "api_permissions" in traits:
        allowed = validation.api_permissions(traits["api_permissions"])
        traits["api_permissions"] = allowed
    return traits


def create_role(
    tenant: Tenant,
    *,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Role:
    """Make a role; needs `roles:write` and every permission that it is given.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, and `Conflict` for a name in use.
    """
    require(acting_user, tenant, Permission.ROLES_WRITE)
    role = Role(tenant=tenant, **_checked(traits))
    validation.role_name(role.name)
    require_room([role])
    require_within(acting_user, tenant, of_values(role.permissions))
    taken = Role.objects.filter(tenant=tenant, name=role.name)
    with one_of_a_kind(taken, TAKEN), transaction.atomic():
        role.save(force_insert=True)
        record(
            Action.ROLE_CREATED,
            acting=acting_user,
            target=role,
            tenant_id=tenant.pk,
            details={
                "permissions": role.permissions,
                "api_permissions": role.api_permissions,
            },
        )
    return role


def change_role(
    role: Role,
    *,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Role:
    """Change a role; access tokens of its holders are refused, sessions live.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, and `Conflict` for a name in use or
    where a holder's tokens would have no room for it.
    """
    tenant = role.tenant
    require(acting_user, tenant, Permission.ROLES_WRITE)
    wanted = _checked(traits)
    name = wanted.get("name", role.name)
    taken = Role.objects.filter(tenant=tenant, name=name).exclude(pk=role.pk)
    with one_of_a_kind(taken, TAKEN), transaction.atomic():
        held = _locked(role)
        require_within(acting_user, tenant, of_values(held.permissions))
        asked = wanted.get("permissions", ())
        require_within(acting_user, tenant, of_values(asked))
        changed = sorted(n for n, v in wanted.items() if getattr(held, n) != v)
        if changed:
            Role.objects.filter(pk=role.pk).update(**wanted)
            _require_room(held)
            record(
                Action.ROLE_CHANGED,
                acting=acting_user,
                target=role,
                tenant_id=tenant.pk,
                details={"changed": changed, **_lists(wanted)},
            )
        if {"name", "permissions", "api_permissions"} & set(changed):
            _tell(tenant, holders(role), acting_user, Action.ROLE_CHANGED)
    role.refresh_from_db()
    return role


def delete_role(
    role: Role,
    *,
    acting_user: User | None,
) -> None:
    """Take a role away from everyone and delete it. Raises `NotFound`, `Forbidden`."""
    tenant = role.tenant
    require(acting_user, tenant, Permission.ROLES_WRITE)
    with transaction.atomic():
        held = _locked(role)
        require_within(acting_user, tenant, of_values(held.permissions))
        users = holders(held)
        reason = Action.ROLE_DELETED
        record(reason, acting=acting_user, target=held, tenant_id=tenant.pk)
        held.delete()
        _tell(tenant, users, acting_user, reason)


def holders(role: Role) -> list[UUID]:
    """Return the ids of the users whose membership has this role."""
    found = Membership.objects.filter(roles=role).order_by()
    return list(found.values_list("user_id", flat=True))


def named(
    tenant: Tenant,
    names: Sequence[str],
) -> list[Role]:
    """Return a tenant's roles by name; raises `InvalidInput` for one it has not."""
    wanted = set(names)
    found = list(Role.objects.filter(tenant=tenant, name__in=wanted))
    missing = wanted - {role.name for role in found}
    if missing:
        shown = ", ".join(sorted(missing))[:200]
        raise InvalidInput.at(
            "roles",
            code="unknown_role",
            detail=f"This tenant has no such role: {shown}.",
        )
    return found


def _lists(traits: Traits) -> dict[str, list[str]]:
    """Return the permissions that a change asked for, as its event tells them."""
    told = {"permissions": list(traits.get("permissions", ()))}
    if "api_permissions" in traits:
        told["api_permissions"] = list(traits["api_permissions"])
    return told


def _require_room(before: Role) -> None:
    """Raise `Conflict` if a role grew, and a token of a holder has no room for it now."""
    now = Role.objects.get(pk=before.pk)
    if room_taken([now]) > room_taken([before]):
        require_room([now])
        require_room_of(Membership.objects.filter(roles=now))


def _locked(role: Role) -> Role:
    """Return the role as it is now, held to the commit, so that no grant slips past."""
    found = Role.objects.select_for_update().filter(pk=role.pk).first()
    if found is None:
        raise NotFound("There is no such role.")
    return found


def _tell(
    tenant: Tenant,
    users: list[UUID],
    acting_user: User | None,
    reason: str,
) -> None:
    if users:
        roles_changed.send(
            Role,
            user_ids=users,
            tenant=tenant,
            acting_user=acting_user,
            reason=reason,
        )
