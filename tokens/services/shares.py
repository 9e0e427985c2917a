"""One application's share in a login: a `Session`, written for the mint to look at."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from tenants.admission import Target
from tenants.models import Application, Membership
from tokens.models import Login, Session


@dataclass(frozen=True)
class Share:
    """What a session is to be; epochs as they were read before."""

    application: Application
    target: Target
    door: Session.Door
    application_epoch: int
    tenant_epoch: int
    membership_epoch: int | None


def write(
    login: Login,
    share: Share,
) -> Session:
    """Write a session, in the caller's transaction. `minting.issue` has the last word."""
    application, now = share.application, timezone.now()
    ends = now + timedelta(seconds=application.absolute_seconds)
    return Session.objects.create(
        login=login,
        application=application,
        audience_id=share.target.api_id,
        scope=share.target.scope,
        door=share.door,
        issued_at=int(time.time()),
        rotated_at=now,
        expires_at=ends,
        idle_expires_at=min(now + timedelta(seconds=application.idle_seconds), ends),
        application_epoch=share.application_epoch,
        tenant_epoch=share.tenant_epoch,
        membership_epoch=share.membership_epoch,
    )


def begin(
    login: Login,
    application: Application,
    target: Target,
) -> Session:
    """Hang a session of an OAuth client from somebody's login, in the caller's transaction.

    Whatever ended, or ends while this is written, the mint sees and refuses.
    """
    members = Membership.objects.filter(
        user_id=login.user_id, tenant_id=application.tenant_id
    )
    current = Application.objects.select_related("tenant").get(pk=application.pk)
    share = Share(
        application=current,
        target=target,
        door=Session.Door.OAUTH,
        application_epoch=current.epoch,
        tenant_epoch=current.tenant.epoch,
        membership_epoch=members.values_list("epoch", flat=True).first(),
    )
    session = write(login, share)
    record(
        Action.SESSION_BEGUN,
        acting=login.user,
        target=login.user,
        tenant_id=current.tenant_id,
        details={"client_id": current.client_id, "sid": str(session.sid)},
    )
    return session
