"""From a password to a token pair: sign-in and sign-up over the REST door.

The order is the point (design section 5): epochs are read first, the password is checked
outside any transaction, and one transaction then claims the user under the epoch that
was read and writes the session. `minting.issue` reads everything again after it.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import flows
from accounts.addresses import email_key
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import InvalidCredentials
from accounts.models import User
from config import context
from config.errors import Forbidden
from tenants import admission
from tenants.admission import Target
from tenants.models import Application, Membership
from tokens import minting
from tokens.minting import TokenPair
from tokens.models import Login, Session

FIRST_EPOCH = 0  # what a user is made with; see `accounts.models.User`


@dataclass(frozen=True)
class Credentials:
    """What a person gave; `name` only at sign-up."""

    email: str
    password: str
    name: str = ""


@dataclass(frozen=True)
class Epochs:
    """What stood before the credentials were checked."""

    user_id: UUID
    user: int
    application: int
    tenant: int
    membership: int | None


def log_in(
    credentials: Credentials,
    *,
    client_id: str | None,
    audience: str | None,
) -> TokenPair | flows.Pending:
    """Sign a person in to a public first-party application.

    Raises `RestLoginNotAllowed` before the password is looked at, `InvalidCredentials`,
    `TooManyRequests`, `NotAMember` (only after the right password).
    """
    application = admission.application_for(client_id)
    admission.admit_rest(application)
    target = admission.target_of(application, audience)
    epochs = _read_by_address(credentials.email, application)
    outcome = flows.log_in(
        email=credentials.email,
        password=credentials.password,
        verification_required=application.tenant.verification_required,
        state=_state(application, target),
    )
    if isinstance(outcome, flows.Pending):
        return outcome
    if epochs is None or epochs.user_id != outcome.user_id:
        raise InvalidCredentials
    return begin_session(application, target=target, epochs=epochs, proof=outcome)


def register(
    credentials: Credentials,
    *,
    client_id: str | None,
    audience: str | None,
) -> TokenPair | flows.Pending:
    """Sign a person up, and in where the tenant asks for no verification.

    Raises `RegistrationClosed`, `PasswordRefused`, `TooManyRequests`, and `EmailTaken`
    only where verification is not required.
    """
    application = admission.application_for(client_id)
    admission.admit_rest(application)
    admission.admit_registration(application)
    target = admission.target_of(application, audience)
    outcome = flows.sign_up(
        email=credentials.email,
        password=credentials.password,
        name=credentials.name,
        verification_required=application.tenant.verification_required,
        state=_state(application, target),
    )
    if isinstance(outcome, flows.Pending):
        return outcome
    born = Epochs(
        user_id=outcome.user_id,
        user=FIRST_EPOCH,
        application=application.epoch,
        tenant=application.tenant.epoch,
        membership=None,
    )
    return begin_session(application, target=target, epochs=born, proof=outcome)


def _state(
    application: Application,
    target: Target,
) -> dict[str, str]:
    """Return what a flow keeps: whom it is for, and in whose name it mails."""
    return {
        "client_id": application.client_id,
        "audience": target.audience,
        "tenant_id": str(application.tenant_id),
    }


def _read_by_address(
    email: str,
    application: Application,
) -> Epochs | None:
    """Return the epochs as they are now; None where nobody has this address."""
    try:
        key = email_key(email)
    except ValueError:
        return None
    row = User.objects.filter(email_key=key).values_list("id", "epoch").first()
    return read_epochs(row[0], row[1], application) if row else None


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


def begin_session(
    application: Application,
    *,
    target: Target,
    epochs: Epochs,
    proof: flows.Authenticated,
) -> TokenPair:
    """Write the login and its session, unless anything ended meanwhile; then mint.

    Raises `InvalidCredentials` (the user changed), `ApplicationSuspended`, `NotAMember`.
    """
    try:
        with transaction.atomic():
            _claim_user(epochs)
            membership = _admit(application, epochs)
            session = _write(application, target, epochs, membership, proof)
            person = session.login.user
            record(
                Action.LOGIN_SUCCEEDED,
                acting=person,
                target=person,
                tenant_id=application.tenant_id,
                details={"client_id": application.client_id, "sid": str(session.sid)},
            )
    except Forbidden as refusal:
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
        raise
    return minting.issue(session.sid)


def _plainly(
    refusal: Forbidden,
    application: Application,
) -> str:
    if isinstance(refusal, admission.NotAMember):
        return f"not a member of {application.tenant.slug}"
    return refusal.detail


def _claim_user(epochs: Epochs) -> None:
    """Hold the user's row to the commit; an ending before this moved the epoch."""
    mine = User.objects.filter(id=epochs.user_id, is_active=True, epoch=epochs.user)
    if not mine.update(last_login=timezone.now()):
        raise InvalidCredentials


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
    application: Application,
    target: Target,
    epochs: Epochs,
    membership: Membership | None,
    proof: flows.Authenticated,
) -> Session:
    now = timezone.now()
    caller = context.current()
    login = Login.objects.create(
        user_id=epochs.user_id,
        epoch=epochs.user,
        amr=list(proof.amr),
        auth_time=proof.auth_time,
        ip=caller.ip,
        user_agent=caller.user_agent,
    )
    ends = now + timedelta(seconds=application.absolute_seconds)
    return Session.objects.create(
        login=login,
        application=application,
        audience_id=target.api_id,
        scope=target.scope,
        issued_at=int(time.time()),
        rotated_at=now,
        expires_at=ends,
        idle_expires_at=min(now + timedelta(seconds=application.idle_seconds), ends),
        application_epoch=epochs.application,
        tenant_epoch=epochs.tenant,
        membership_epoch=membership.epoch if membership else None,
    )
