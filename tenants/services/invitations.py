"""Inviting an address into a tenant: a mailed link, good once and for a week.

Whoever invites learns nothing about accounts, and gives no role that they could not give a
member. What the invited do with the link is in `services.acceptance`.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from accounts import addresses, limits
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.mail import letters
from accounts.models import User
from accounts.services.authority import person_of
from config.errors import Conflict, InvalidInput, NotFound, Unavailable
from tenants.admission import RegistrationClosed
from tenants.models import Invitation, Membership, Role, Tenant
from tenants.permissions import Permission, of_values, require, require_within
from tenants.services.memberships import grantable

LASTS = timedelta(days=7)
KEPT = timedelta(days=90)
PATH = "/account/invitation/"
_ROUNDS = 3


def invite(
    tenant: Tenant,
    email: str,
    *,
    roles: Sequence[Role] = (),
    acting_user: User | None,
) -> Invitation:
    """Mail an invitation; one to the same address that stands is replaced and dead.

    Needs `members:write` and every permission of the roles. Raises `NotFound`, `Forbidden`,
    `InvalidInput`, `RegistrationClosed` for a closed tenant, `Conflict` for a member or a
    suspended tenant, `TooManyRequests` past `resend_account` for tenant and address.
    """
    require(acting_user, tenant, Permission.MEMBERS_WRITE)
    admits_guests(tenant)
    try:
        shown = addresses.display(email)
    except ValueError as error:
        raise InvalidInput.at("email", detail=str(error)) from error
    key = addresses.email_key(shown)
    _no_member(tenant, key)
    _may_mail(tenant, key)
    for _ in range(_ROUNDS):
        draft = Invitation(
            tenant=tenant, email=shown, email_key=key, invited_by=person_of(acting_user)
        )
        try:
            with transaction.atomic():
                return _replace(draft, roles, acting_user)
        except (IntegrityError, OperationalError):  # somebody invited them just now
            continue
    raise Unavailable(retry_after=1)


def resend(
    invitation: Invitation,
    *,
    acting_user: User | None,
) -> Invitation:
    """Mail a new link, good for a week from now; the one before is dead.

    Also for one that has run out. Needs what `invite` needs, and raises the same;
    `Conflict` too for one that was accepted or revoked.
    """
    tenant = invitation.tenant
    require(acting_user, tenant, Permission.MEMBERS_WRITE)
    admits_guests(tenant)
    _no_member(tenant, invitation.email_key)
    _may_mail(tenant, invitation.email_key)
    token, now = secrets.token_urlsafe(32), timezone.now()
    with transaction.atomic():
        held = _touchable(invitation, acting_user)
        unused = Invitation.objects.filter(pk=held.pk, standing=True)
        if not unused.update(digest=digest(token), expires_at=now + LASTS, sent_at=now):
            raise Conflict("This invitation was accepted or revoked.")
        held.refresh_from_db()
        _send(held, token)
        note(Action.INVITATION_RESENT, held, acting_user)
    invitation.refresh_from_db()
    return invitation


def revoke(
    invitation: Invitation,
    *,
    acting_user: User | None,
) -> Invitation:
    """Withdraw an invitation: its link is dead; nothing if it is already.

    Needs `members:write` and every permission of its roles. Raises `NotFound`,
    `Forbidden`, and `Conflict` for one that was accepted.
    """
    require(acting_user, invitation.tenant, Permission.MEMBERS_WRITE)
    with transaction.atomic():
        held = _touchable(invitation, acting_user)
        unused = Invitation.objects.filter(pk=held.pk, standing=True)
        if unused.update(standing=None, revoked_at=timezone.now()):
            note(Action.INVITATION_REVOKED, held, acting_user)
        elif held.accepted_at:
            raise Conflict("This invitation was accepted.")
    invitation.refresh_from_db()
    return invitation


def purge() -> int:
    """Remove what could last be accepted 90 days ago; returns how many."""
    old = Invitation.objects.filter(expires_at__lt=timezone.now() - KEPT)
    return old.delete()[1].get(Invitation._meta.label, 0)


def admits_guests(tenant: Tenant) -> None:
    """Raise `Conflict` for a suspended tenant, `RegistrationClosed` for a closed one."""
    if tenant.suspended_at:
        raise Conflict("This tenant is suspended.")
    if tenant.registration == Tenant.Registration.CLOSED:
        raise RegistrationClosed("This tenant is closed: it takes nobody in.")


def _no_member(
    tenant: Tenant,
    key: str,
) -> None:
    """Refuse an address whose owner is a member, which the tenant's admins know anyway."""
    if Membership.objects.filter(tenant=tenant, user__email_key=key).exists():
        raise Conflict("The owner of this address is a member already.")


def _may_mail(
    tenant: Tenant,
    key: str,
) -> None:
    limits.hit("resend_account", "invitation", str(tenant.pk), key)


def _replace(
    draft: Invitation,
    roles: Sequence[Role],
    acting_user: User | None,
) -> Invitation:
    """Store and mail an invitation, and kill the one to this address that stood."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    stood = Invitation.objects.filter(
        tenant=draft.tenant, email_key=draft.email_key, standing=True
    )
    for held in stood:
        _touchable(held, acting_user)
    replaced = stood.update(standing=None, revoked_at=now)
    granted = grantable(draft.tenant, roles, acting_user)
    draft.digest, draft.expires_at, draft.sent_at = digest(token), now + LASTS, now
    draft.save(force_insert=True)
    draft.roles.set(granted)
    _send(draft, token)
    note(Action.INVITATION_CREATED, draft, acting_user, replaced=bool(replaced))
    return draft


def _touchable(
    invitation: Invitation,
    acting_user: User | None,
) -> Invitation:
    """Return it, held to the commit, if it gives no more than `acting_user` may do."""
    rows = Invitation.objects.select_for_update().filter(pk=invitation.pk)
    held = rows.first()
    if held is None:
        raise NotFound("There is no such invitation.")
    for role in held.roles.all():
        require_within(acting_user, held.tenant, of_values(role.permissions))
    return held


def _send(
    invitation: Invitation,
    token: str,
) -> None:
    letters.write(
        "invitation",
        to=invitation.email,
        tenant=invitation.tenant.name,
        link=f"{settings.ISSUER}{PATH}?key={token}",
        until=invitation.expires_at,
    )


def digest(key: str) -> str:
    """Return what is stored of a link's key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def note(
    action: Action,
    invitation: Invitation,
    acting_user: User | None,
    **details: bool,
) -> None:
    """Write the event; its target is the invitation."""
    record(
        action,
        acting=acting_user,
        target=invitation,
        tenant_id=invitation.tenant_id,
        details={
            "tenant": invitation.tenant.slug,
            "roles": sorted(role.name for role in invitation.roles.all()),
            **details,
        },
    )
