"""What the invited do with the link: it is claimed once, and proves the mailbox.

That is enough to make an account there, never to enter one that exists. Its owner signs
in and accepts; until they have proven the address it may be a stranger's, who took it
before they came.
"""

from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import EmailTaken, LinkInvalid
from accounts.flows import verification
from accounts.models import User
from accounts.services.users import NewUser, once_per_address, prepare, store
from config.errors import Forbidden, InvalidInput
from tenants.errors import AccountExists, EmailUnverified, InvitationOfAnother
from tenants.models import Invitation, Role
from tenants.services.invitations import admits_guests, digest, note
from tenants.services.memberships import take_in


def look(key: str) -> Invitation:
    """Return the open invitation of a mailed key, and change nothing.

    Raises `LinkInvalid`, `RegistrationClosed`, and `Conflict` for a suspended tenant.
    """
    rows = Invitation.objects.in_state(Invitation.State.OPEN).select_related("tenant")
    found = rows.filter(digest=digest(key)).first()
    if found is None:
        raise LinkInvalid
    admits_guests(found.tenant)
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


def _no_account(invitation: Invitation) -> None:
    key = invitation.email_key
    if User.objects.filter(email_key=key).exists() or verification.is_filed(key):
        raise AccountExists


def _claim(
    invitation: Invitation,
    key: str,
) -> Invitation:
    """Use the link up in the caller's transaction; of calls at once one gets through."""
    if Invitation.objects.select_for_update().filter(pk=invitation.pk).first() is None:
        raise LinkInvalid
    now = timezone.now()
    good = Invitation.objects.filter(
        pk=invitation.pk, digest=digest(key), standing=True, expires_at__gt=now
    )
    if not good.update(standing=None, accepted_at=now):
        raise LinkInvalid
    held = Invitation.objects.select_related("tenant").get(pk=invitation.pk)
    admits_guests(held.tenant)
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
    note(Action.INVITATION_ACCEPTED, held, user)
    return held
