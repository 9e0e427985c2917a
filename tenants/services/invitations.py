"""Inviting an address into a tenant: a mailed link, good once and for a week.

Whoever invites learns nothing about accounts, and gives no role that they could not give a
member. The link proves the mailbox: enough to make an account there, never to enter one
that exists. Its owner signs in and accepts; until they have proven the address it may be
a stranger's, who took it before they came.
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
from accounts.errors import EmailTaken, LinkInvalid
from accounts.flows import verification
from accounts.mail import letters
from accounts.models import User
from accounts.services.users import NewUser, once_per_address, prepare, store
from config.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from tenants.admission import RegistrationClosed
from tenants.errors import AccountExists, EmailUnverified, InvitationOfAnother
from tenants.models import Invitation, Membership, Role, Tenant
from tenants.permissions import Permission, of_values, require, require_within
from tenants.services.memberships import grantable, take_in

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
    _admits_guests(tenant)
    try:
        shown = addresses.display(email)
    except ValueError as error:
        raise InvalidInput.at("email", detail=str(error)) from error
    key = addresses.email_key(shown)
    _no_member(tenant, key)
    _may_mail(tenant, key)
    for _ in range(_ROUNDS):
        draft = Invitation(
            tenant=tenant, email=shown, email_key=key, invited_by=acting_user
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
    _admits_guests(tenant)
    _no_member(tenant, invitation.email_key)
    _may_mail(tenant, invitation.email_key)
    token, now = secrets.token_urlsafe(32), timezone.now()
    with transaction.atomic():
        held = _touchable(invitation, acting_user)
        unused = Invitation.objects.filter(pk=held.pk, standing=True)
        if not unused.update(
            digest=_digest(token), expires_at=now + LASTS, sent_at=now
        ):
            raise Conflict("This invitation was accepted or revoked.")
        held.refresh_from_db()
        _send(held, token)
        _record(Action.INVITATION_RESENT, held, acting_user)
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
            _record(Action.INVITATION_REVOKED, held, acting_user)
        elif held.accepted_at:
            raise Conflict("This invitation was accepted.")
    invitation.refresh_from_db()
    return invitation


def look(key: str) -> Invitation:
    """Return the open invitation of a mailed key, and change nothing.

    Raises `LinkInvalid`, `RegistrationClosed`, and `Conflict` for a suspended tenant.
    """
    rows = Invitation.objects.in_state(Invitation.State.OPEN).select_related("tenant")
    found = rows.filter(digest=_digest(key)).first()
    if found is None:
        raise LinkInvalid
    _admits_guests(found.tenant)
    return found


def accept(
    key: str,
    *,
    password: str | None,
    name: str = "",
) -> Invitation:
    """Make the account of the invited address, proven by the link, and its membership.

    Raises what `look` does, `AccountExists` where the address has an account,
    `InvalidInput` without a password, `PasswordRefused`. Of calls at once one succeeds.
    """
    invitation = look(key)
    _no_account(invitation)
    if password is None:
        raise InvalidInput.at(
            "password", code="required", detail="Choose a password for the new account."
        )
    user = prepare(NewUser(email=invitation.email, password=password, name=name))
    try:
        with once_per_address(user.email_key), transaction.atomic():
            held = _claim(invitation, key)
            store(user, verified=True)
            record(Action.USER_REGISTERED, acting=user, target=user)
            record(Action.EMAIL_VERIFIED, acting=user, target=user)
            return _enter(held, user)
    except EmailTaken as error:  # registered since we looked
        raise AccountExists from error


def accept_as(
    key: str,
    *,
    acting_user: User,
) -> Invitation:
    """Make a signed-in person a member: the account of the very address, proven.

    Raises what `look` does, `InvitationOfAnother`, `EmailUnverified` (nobody else's account
    is let in because the address was theirs to type), `Conflict` for a suspended member.
    """
    invitation = look(key)
    with transaction.atomic():
        held = _claim(invitation, key)
        people = User.objects.select_for_update().filter(is_active=True)
        person = people.filter(pk=acting_user.pk).first()
        if person is None:
            raise Forbidden
        if person.email_key != held.email_key:
            raise InvitationOfAnother
        if not verification.is_verified(person.pk):
            raise EmailUnverified
        return _enter(held, person)


def purge() -> int:
    """Remove what could last be accepted 90 days ago; returns how many."""
    old = Invitation.objects.filter(expires_at__lt=timezone.now() - KEPT)
    return old.delete()[1].get(Invitation._meta.label, 0)


def _admits_guests(tenant: Tenant) -> None:
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


def _no_account(invitation: Invitation) -> None:
    key = invitation.email_key
    if User.objects.filter(email_key=key).exists() or verification.is_filed(key):
        raise AccountExists


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
    draft.digest, draft.expires_at, draft.sent_at = _digest(token), now + LASTS, now
    draft.save(force_insert=True)
    draft.roles.set(granted)
    _send(draft, token)
    _record(Action.INVITATION_CREATED, draft, acting_user, replaced=bool(replaced))
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


def _claim(
    invitation: Invitation,
    key: str,
) -> Invitation:
    """Use the link up in the caller's transaction; of calls at once one gets through."""
    if Invitation.objects.select_for_update().filter(pk=invitation.pk).first() is None:
        raise LinkInvalid
    now = timezone.now()
    good = Invitation.objects.filter(
        pk=invitation.pk, digest=_digest(key), standing=True, expires_at__gt=now
    )
    if not good.update(standing=None, accepted_at=now):
        raise LinkInvalid
    held = Invitation.objects.select_related("tenant").get(pk=invitation.pk)
    _admits_guests(held.tenant)
    return held


def _enter(
    held: Invitation,
    user: User,
) -> Invitation:
    """Make the membership with the roles that are left."""
    wanted = list(held.roles.values_list("pk", flat=True))
    rows = Role.objects.select_for_update().filter(pk__in=wanted)
    take_in(user, held.tenant, roles=list(rows.order_by("pk")))
    Invitation.objects.filter(pk=held.pk).update(accepted_by=user)
    held.accepted_by = user
    _record(Action.INVITATION_ACCEPTED, held, user)
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
        until=f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC",
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _record(
    action: Action,
    invitation: Invitation,
    acting_user: User | None,
    **details: bool,
) -> None:
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
