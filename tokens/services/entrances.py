"""Every door's last step: whoever is proven gets a session, or is told what is missing.

An `Entrance` says for which application, audience and door somebody signs in; it stands in
the flow that they began, never in its last request. Epochs are read before credentials are
checked, and one transaction then claims the user under the epoch that was read and writes
the session. `minting.issue` reads everything again after it.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import FlowInvalid, InvalidCredentials, OwnProofRequired
from accounts.flows import enrolment
from accounts.models import User
from accounts.services.devices import note_device
from config import context
from config.errors import Forbidden, InvalidInput
from tenants import admission
from tenants.admission import Target
from tenants.models import Application, Membership
from tokens.models import Login, Session
from tokens.services import shares
from tokens.services.shares import Share

Door = Session.Door


@dataclass(frozen=True)
class Entrance:
    """For what somebody signs in, and where.

    `connection` names the provider that vouches for them, if one does, and `bound_to` the
    tenant whose own it is.
    """

    application: Application
    target: Target
    door: Door = Door.REST
    connection: str = ""
    bound_to: UUID | None = None

    @property
    def state(self) -> dict[str, str]:
        """What a flow keeps of it."""
        return {
            "client_id": self.application.client_id,
            "audience": self.target.audience,
            "door": self.door.value,
            "tenant_id": str(self.application.tenant_id),
            "connection": self.connection,
            "bound_to": str(self.bound_to or ""),
        }


@dataclass(frozen=True)
class Epochs:
    """What stood before the credentials were checked."""

    user_id: UUID
    user: int
    application: int
    tenant: int
    membership: int | None


def rest(
    client_id: str | None,
    audience: str | None,
) -> Entrance:
    """Return the REST door of an application.

    Raises `RestLoginNotAllowed`, `ApplicationSuspended`, `InvalidInput`.
    """
    application = admission.application_for(client_id)
    admission.admit_rest(application)
    return Entrance(application, admission.target_of(application, audience))


def hosted() -> Entrance:
    """Return the door of our own pages: the built-in application, for the identity API."""
    application = admission.application_for(None)
    admission.admit_rest(application)
    return Entrance(application, admission.identity_target(application), Door.BROWSER)


def of(
    flow: flows.Waiting,
    door: Door = Door.REST,
) -> Entrance:
    """Return for what a flow was begun; raises `FlowInvalid` at another door.

    Also raises what keeps the application from being signed in to by now.
    """
    if flow.state.get("door", Door.REST.value) != door.value:
        raise FlowInvalid
    try:
        application = admission.application_for(flow.state.get("client_id", ""))
        admission.admit_rest(application)
        target = admission.target_of(application, flow.state["audience"])
    except (InvalidInput, KeyError):  # deleted, or no longer allowed
        raise FlowInvalid from None
    bound_to = flow.state.get("bound_to")
    return Entrance(
        application,
        target,
        door,
        connection=flow.state.get("connection", ""),
        bound_to=UUID(bound_to) if bound_to else None,
    )


def read_epochs(
    user_id: UUID,
    user_epoch: int,
    application: Application,
) -> Epochs:
    """Return what stands now, with the user's epoch as it was read before."""
    members = Membership.objects.filter(user_id=user_id, tenant=application.tenant_id)
    return Epochs(
        user_id=user_id,
        user=user_epoch,
        application=application.epoch,
        tenant=application.tenant.epoch,
        membership=members.values_list("epoch", flat=True).first(),
    )


def enter(
    entrance: Entrance,
    *,
    epochs: Epochs,
    proof: flows.Authenticated,
) -> Session | flows.Pending:
    """Write the login and its session, unless anything ended meanwhile.

    `Pending` where a policy asks for a second factor, and the person has none. Raises
    `InvalidCredentials` (the user changed), `ApplicationSuspended`, `NotAMember`.
    """
    application = entrance.application
    try:
        with transaction.atomic():
            person = _claim_user(epochs)
            membership = _admit(application, epochs)
            if "mfa" not in proof.amr and admission.second_factor_required(
                application, person.pk
            ):
                _require_own(entrance)
                return enrolment.require(person, amr=proof.amr, state=entrance.state)
            session = _write(entrance, epochs, membership, proof)
            note_device(person)
            record(
                Action.LOGIN_SUCCEEDED,
                acting=person,
                target=person,
                tenant_id=application.tenant_id,
                details=_details(entrance, session),
            )
    except Forbidden as refusal:
        _record_refusal(application, epochs, refusal)
        raise
    return session


def _require_own(entrance: Entrance) -> None:
    """Refuse a first factor on a tenant's word.

    Whoever runs that tenant's provider could else add a passkey of theirs to the account.
    """
    if entrance.bound_to:
        raise OwnProofRequired


def _details(
    entrance: Entrance,
    session: Session,
) -> dict[str, str]:
    told = {"client_id": entrance.application.client_id, "sid": str(session.sid)}
    if entrance.connection:
        told["connection"] = entrance.connection
    return told


def _record_refusal(
    application: Application,
    epochs: Epochs,
    refusal: Forbidden,
) -> None:
    known = User.objects.filter(id=epochs.user_id).first()
    record(
        Action.LOGIN_REFUSED,
        acting=known,
        target=known,
        tenant_id=application.tenant_id,
        succeeded=False,
        outcome=_plainly(refusal, application),
        details={"client_id": application.client_id},
    )


def _plainly(
    refusal: Forbidden,
    application: Application,
) -> str:
    if isinstance(refusal, admission.NotAMember):
        return f"not a member of {application.tenant.slug}"
    return refusal.detail


def _claim_user(epochs: Epochs) -> User:
    """Hold the user's row to the commit; an ending before this moved the epoch."""
    mine = User.objects.filter(id=epochs.user_id, is_active=True, epoch=epochs.user)
    if not mine.update(last_login=timezone.now()):
        raise InvalidCredentials
    return mine.get()


def _admit(
    application: Application,
    epochs: Epochs,
) -> Membership | None:
    """Read again what may have ended since; make the membership of an open tenant."""
    standing = Application.objects.filter(
        id=application.id,
        epoch=epochs.application,
        suspended_at=None,
        tenant__epoch=epochs.tenant,
        tenant__suspended_at=None,
    )
    if not standing.exists():
        raise admission.ApplicationSuspended
    if epochs.membership is not None:
        members = Membership.objects.filter(
            user_id=epochs.user_id,
            tenant_id=application.tenant_id,
            epoch=epochs.membership,
        )
        if not members.exists() and not application.is_built_in:
            raise admission.NotAMember
    return admission.join(application, epochs.user_id)


def _write(
    entrance: Entrance,
    epochs: Epochs,
    membership: Membership | None,
    proof: flows.Authenticated,
) -> Session:
    caller = context.current()
    login = Login.objects.create(
        user_id=epochs.user_id,
        epoch=epochs.user,
        amr=list(proof.amr),
        auth_time=proof.auth_time,
        bound_to_id=entrance.bound_to,
        ip=caller.ip,
        user_agent=caller.user_agent,
    )
    share = Share(
        application=entrance.application,
        target=entrance.target,
        door=entrance.door,
        application_epoch=epochs.application,
        tenant_epoch=epochs.tenant,
        membership_epoch=membership.epoch if membership else None,
    )
    return shares.write(login, share)
