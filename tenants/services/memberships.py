"""Who belongs to a tenant. Nobody touches a member who may do more than they may.

Only superusers add people: whoever could add an address would learn from the answer
whether it has an account, and take people in unasked. Tenant admins invite
(`services.invitations`), and manage those who came.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_person_over, require_superuser
from accounts.services.users import user_of
from config.errors import Conflict, InvalidInput, NotFound
from tenants.models import Membership, Role, Tenant, bump_epoch
from tenants.permissions import (
    ALL,
    Permission,
    of_memberships,
    of_values,
    require,
    require_within,
)
from tenants.services.room import require_room, require_room_of
from tenants.services.tenants import one_of_a_kind
from tenants.signals import membership_ended, roles_changed


class Traits(TypedDict, total=False):
    """What can be said about a membership; the roles are exactly these afterwards."""

    roles: Sequence[Role]
    expires_at: datetime | None


def add_member(
    who: User | str,
    *,
    tenant: Tenant,
    acting_user: User | None,
    roles: Sequence[Role] = (),
    expires_at: datetime | None = None,
) -> Membership:
    """Make a user (or the user of an address) a member; superusers only.

    Raises `Forbidden` before looking anyone up, `InvalidInput` for an address without
    user, and `Conflict` for somebody who is a member already.
    """
    require_superuser(acting_user)
    user = _found(who)
    require_person_over(user, acting_user)
    _within_reason(expires_at)
    membership = Membership(user=user, tenant=tenant, expires_at=expires_at)
    present = Membership.objects.filter(user=user, tenant=tenant)
    with one_of_a_kind(present, "This user is a member already."):
        with transaction.atomic():
            granted = grantable(tenant, roles, acting_user)
            membership.save(force_insert=True)
            membership.roles.set(granted)
            _record(Action.MEMBERSHIP_CREATED, membership, acting_user)
    return membership


def join_open_tenant(
    *,
    user_id: UUID,
    tenant: Tenant,
) -> Membership:
    """Return the membership of a user in an open tenant, made now at the first sign-in.

    Runs inside the mint's transaction; of two sign-ins at once one makes it.
    """
    membership, made = Membership.objects.get_or_create(user_id=user_id, tenant=tenant)
    if made:
        _record(Action.MEMBERSHIP_CREATED, membership, membership.user)
    return membership


def take_in(
    user: User,
    tenant: Tenant,
    *,
    roles: Sequence[Role],
) -> Membership:
    """Make an invited user a member, or give a member the invited roles as well.

    In the transaction that claims the invitation, whose maker's authority is what counts.
    Raises `Conflict` for a membership that was suspended or has run out (an invitation
    lifts neither), and where a token has no room for all their roles.
    """
    mine = Membership.objects.filter(user=user, tenant=tenant)
    membership = mine.select_for_update().first()
    if membership is None:
        membership = Membership(user=user, tenant=tenant)
        membership.save(force_insert=True)
        membership.roles.set(roles)
        require_room_of(mine)
        _record(Action.MEMBERSHIP_CREATED, membership, user)
        return membership
    if not membership.is_active:
        raise Conflict("Your membership of this tenant is suspended or has ended.")
    if set(roles) - set(membership.roles.all()):
        membership.roles.add(*roles)
        require_room_of(mine)
        _record(Action.MEMBERSHIP_CHANGED, membership, user)
        _tell_change(membership, user)
    return membership


def change_membership(
    membership: Membership,
    *,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Membership:
    """Change a member's roles or when they leave; needs `members:write`.

    Nobody moves the end of their own but superusers. An expiry that has passed ends the
    sessions. Other changes only refuse the access
    tokens in hand: the next refresh carries the new roles and the new end.
    """
    with transaction.atomic():
        held = _touchable(membership, acting_user)
        roles_moved = _set_roles(held, traits, acting_user)
        until_moved = "expires_at" in traits and traits["expires_at"] != held.expires_at
        if until_moved and acting_user is not None and acting_user.pk == held.user_id:
            require_superuser(acting_user)
        if until_moved:
            _set_expiry(held, traits["expires_at"])
        if roles_moved or until_moved:
            _record(Action.MEMBERSHIP_CHANGED, held, acting_user)
            _tell_change(held, acting_user)
    membership.refresh_from_db()
    return membership


def _set_roles(
    held: Membership,
    traits: Traits,
    acting_user: User | None,
) -> bool:
    if "roles" not in traits:
        return False
    before = set(held.roles.all())
    granted = grantable(held.tenant, traits["roles"], acting_user)
    held.roles.set(granted)
    return set(granted) != before


def _set_expiry(
    held: Membership,
    expires_at: datetime | None,
) -> None:
    """Store when the membership ends; what had lapsed, or lapses now, stays ended."""
    _within_reason(expires_at)
    mine = Membership.objects.filter(pk=held.pk)
    had_lapsed = held.expires_at is not None and held.expires_at <= timezone.now()
    held.expires_at = expires_at
    if had_lapsed or _lapsed(held):
        bump_epoch(mine, expires_at=expires_at)
    else:
        mine.update(expires_at=expires_at)


def _lapsed(membership: Membership) -> bool:
    until = membership.expires_at
    return until is not None and until <= timezone.now()


def _tell_change(
    held: Membership,
    acting_user: User | None,
) -> None:
    reason = Action.MEMBERSHIP_CHANGED
    if _lapsed(held):
        _tell_end(held, acting_user, reason)
        return
    roles_changed.send(
        Membership,
        user_ids=[held.user_id],
        tenant=held.tenant,
        acting_user=acting_user,
        reason=reason,
    )


def grantable(
    tenant: Tenant,
    roles: Sequence[Role],
    acting_user: User | None,
) -> list[Role]:
    """Return the roles as they are now, held to the commit, if they may be granted.

    Raises `InvalidInput` for another tenant's, `Forbidden` for one that allows more than
    `acting_user` may do, `Conflict` for more than a token has room for.
    """
    wanted = {role.pk for role in roles}
    rows = Role.objects.select_for_update().filter(pk__in=wanted, tenant=tenant)
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise InvalidInput.at(
            "roles", code="unknown_role", detail="This tenant has no such role."
        )
    for role in found:
        require_within(acting_user, tenant, of_values(role.permissions))
    require_room(found)
    return found


def suspend_membership(
    membership: Membership,
    *,
    acting_user: User | None,
) -> Membership:
    """Shut a member out of this tenant; their sessions here end. Needs `members:write`."""
    with transaction.atomic():
        held = _touchable(membership, acting_user)
        standing = Membership.objects.filter(pk=held.pk, suspended_at=None)
        if bump_epoch(standing, suspended_at=timezone.now()):
            _record(Action.MEMBERSHIP_SUSPENDED, held, acting_user)
            _tell_end(held, acting_user, Action.MEMBERSHIP_SUSPENDED)
    membership.refresh_from_db()
    return membership


def resume_membership(
    membership: Membership,
    *,
    acting_user: User | None,
) -> Membership:
    """Let a member in again; what ended stays ended. Needs `members:write`."""
    with transaction.atomic():
        held = _touchable(membership, acting_user)
        shut = Membership.objects.filter(pk=held.pk, suspended_at__isnull=False)
        if bump_epoch(shut, suspended_at=None):
            _record(Action.MEMBERSHIP_RESUMED, held, acting_user)
    membership.refresh_from_db()
    return membership


def end_membership(
    membership: Membership,
    *,
    acting_user: User | None,
) -> None:
    """Take somebody out of a tenant; their sessions here end. Needs `members:write`."""
    with transaction.atomic():
        held = _touchable(membership, acting_user)
        _record(Action.MEMBERSHIP_ENDED, held, acting_user)
        Membership.objects.filter(pk=held.pk).delete()
        _tell_end(held, acting_user, Action.MEMBERSHIP_ENDED)


def _found(who: User | str) -> User:
    if isinstance(who, User):
        if who.erased_at is not None:
            raise InvalidInput.at("user", code="unknown_user", detail="Erased.")
        return who
    try:
        return user_of(who)
    except NotFound as error:
        raise InvalidInput.at(
            "email", code="unknown_user", detail=error.detail
        ) from error


def _touchable(
    membership: Membership,
    acting_user: User | None,
) -> Membership:
    """Return the membership, held to the commit, if `acting_user` may change it.

    Counted are all its roles, also while it is suspended: they come back with it.
    """
    require(acting_user, membership.tenant, Permission.MEMBERS_WRITE)
    rows = Membership.objects.filter(pk=membership.pk)
    held = rows.select_for_update().first()
    if held is None:
        raise NotFound("There is no such membership.")
    require_person_over(held.user, acting_user)
    theirs = ALL if held.user.is_superuser else of_memberships(rows)
    require_within(acting_user, held.tenant, theirs)
    return held


def _within_reason(moment: datetime | None) -> None:
    """Refuse moments that a database, or arithmetic on them, cannot hold."""
    if moment is not None and not 2000 <= moment.year <= 9998:
        raise InvalidInput.at("expires_at", detail="Expected a year from 2000 to 9998.")


def _record(
    action: Action,
    membership: Membership,
    acting_user: User | None,
) -> None:
    """Write the event; its target is the user, so that their page shows it."""
    record(
        action,
        acting=acting_user,
        target=membership.user,
        tenant_id=membership.tenant_id,
        details={
            "membership": str(membership.pk),
            "tenant": membership.tenant.slug,
            "roles": sorted(role.name for role in membership.roles.all()),
        },
    )


def _tell_end(
    held: Membership,
    acting_user: User | None,
    reason: str,
) -> None:
    membership_ended.send(
        Membership,
        user_id=held.user_id,
        tenant=held.tenant,
        acting_user=acting_user,
        reason=reason,
    )
