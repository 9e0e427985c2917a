"""Who somebody is here, for whom a provider vouches.

Known: they are in. Else whoever has their verified address: nobody, and an account is made;
an account that never proved it, and its maker keeps nothing; an account that did, and it
has to be signed in to first. An unverified address says nothing at all.
"""

from collections.abc import Callable

from django.db import IntegrityError, OperationalError, transaction

from accounts import flows
from accounts.addresses import email_key
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.flows import verification
from accounts.models import User
from accounts.services import takeover
from config.errors import ServiceError, Unavailable
from social.errors import EmailUnproven, LinkRequired, UpstreamFault
from social.models import Connection
from social.services import identities
from social.upstream import Vouched
from tokens.models import Session
from tokens.services import sign_in
from tokens.services.entrances import Entrance

_ROUNDS = 3
Admit = Callable[[], None]


def enter(
    connection: Connection,
    vouched: Vouched,
    entrance: Entrance,
    *,
    admit: Admit,
) -> Session | flows.Pending:
    """Sign in whom a connection vouches for.

    `admit` raises where nobody new may sign up. Raises `LinkRequired`, `EmailUnproven`,
    `UpstreamFault` (recorded) for somebody disabled, and as `enter_by_provider` does.
    """
    person = None
    try:
        person = _person(connection, vouched, admit)
        return sign_in.enter_by_provider(person, entrance)
    except InvalidCredentials:
        fault = UpstreamFault("account", "disabled, or changed meanwhile")
        refuse(connection, fault, target=person)
        raise fault from None


def refuse(
    connection: Connection,
    fault: UpstreamFault,
    target: User | None = None,
) -> None:
    """Record which check of a connection failed: once, whoever sees it go by."""
    if fault.is_recorded:
        return
    fault.is_recorded = True
    record(
        Action.PROVIDER_REFUSED,
        acting=Party("anonymous"),
        target=target or connection,
        tenant_id=connection.tenant_id,
        outcome=fault.outcome,
        succeeded=False,
        details={"connection": connection.provider_id, "check": fault.check},
    )


def _person(
    connection: Connection,
    vouched: Vouched,
    admit: Admit,
) -> User:
    """Return who somebody is here; makes an account where there is none.

    Raises `InvalidCredentials` where an unproven account is disabled.
    """
    overtaken: ServiceError = Unavailable(retry_after=1)
    for _ in range(_ROUNDS):
        known = identities.known(connection, vouched)
        if known is not None:
            identities.note_use(known, vouched)
            return known.user
        if not vouched.verified:
            raise EmailUnproven
        try:
            return _newcomer(connection, vouched, admit)
        except EmailTaken:  # perhaps by the same person in another tab: look again
            overtaken = LinkRequired()
        except InvalidCredentials as refusal:
            overtaken = refusal
        except (IntegrityError, OperationalError):
            overtaken = Unavailable(retry_after=1)
    raise overtaken


def _newcomer(
    connection: Connection,
    vouched: Vouched,
    admit: Admit,
) -> User:
    """Return a person whose verified address is nobody's, or nobody proven's."""
    owner = User.objects.filter(email_key=email_key(vouched.email)).first()
    if owner is None:
        admit()
    elif verification.is_verified(owner.pk) or owner.is_staff or owner.is_superuser:
        raise LinkRequired
    with transaction.atomic():
        if owner is None:
            person = takeover.make_vouched(email=vouched.email, name=vouched.name)
        else:
            person = takeover.take_over_vouched(owner, name=vouched.name)
        identities.connect(person, connection, vouched)
    return person
