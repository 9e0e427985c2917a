"""Step-up (RFC 9470): a signed-in person proves again who they are; the login is renewed.

Who has a second factor shows it too, so that a fresh `auth_time` always means all factors.
"""

import time
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.errors import FlowInvalid, InvalidCredentials
from accounts.flows import Purpose, second_factor
from accounts.flows.contract import Authenticated
from accounts.models import User
from tokens.errors import TokenRevoked
from tokens.models import Login, Session


def reauthenticate(
    session: Session,
    *,
    password: str | None,
) -> Session | flows.Pending:
    """Have the person of a session prove again who they are.

    With the password, and then the second factor where there is one; without a password by
    a passkey alone, which is two factors in one. Raises `InvalidCredentials`,
    `TooManyRequests`, `TokenRevoked`.
    """
    user = User.objects.get(pk=session.login.user_id)
    state = {"sid": str(session.sid), "door": session.door}
    amr: tuple[str, ...] = ()
    if password is not None:
        user.epoch = flows.reauthenticate(user=user, password=password)
        amr = ("pwd",)
    elif second_factor.PASSKEY not in flows.methods_of(user.pk):
        raise InvalidCredentials("Send the password.")
    if flows.has_factor(user.pk):
        asked = flows.ask_for(user, Purpose.RENEWAL, amr=amr, state=state)
        if amr:
            return asked
        return flows.Pending(asked.code, asked.flow_token, (second_factor.PASSKEY,))
    proof = Authenticated.now(user.pk, amr=amr, state=state)
    return _renew(session.sid, proof, epoch=user.epoch)


def reauthenticate_vouched(
    session: Session,
    *,
    epoch: int,
) -> Session | flows.Pending:
    """Renew the login of a person for whom a provider just vouched again.

    One of everybody's, not a tenant's own. `epoch` is the person's as it was read before.
    Who has a second factor shows it next. Raises `TokenRevoked`.
    """
    user = User.objects.get(pk=session.login.user_id)
    user.epoch = epoch
    state = {"sid": str(session.sid), "door": session.door}
    if flows.has_factor(user.pk):
        return flows.ask_for(user, Purpose.RENEWAL, amr=("fed",), state=state)
    proof = Authenticated.now(user.pk, amr=("fed",), state=state)
    return _renew(session.sid, proof, epoch=epoch)


def require_door(
    flow: flows.Waiting,
    door: Session.Door,
) -> None:
    """Raise `FlowInvalid` where the flow was begun in a session of another door."""
    if flow.state.get("door") != door.value:
        raise FlowInvalid


def renewed(
    flow: flows.Waiting,
    proof: Authenticated,
) -> Session:
    """Renew the login that a flow was begun in. Raises `TokenRevoked`, `FlowInvalid`."""
    if not {"pwd", "fed"} & set(flow.amr) and "pop" not in proof.amr:
        raise FlowInvalid
    return _renew(flow.state["sid"], proof, epoch=flow.epoch)


def upgrade(
    session: Session,
    *,
    amr: Iterable[str],
) -> None:
    """Note in a login what its person proved besides: the factor that they just added."""
    login = Login.objects.get(pk=session.login_id)
    values = list(dict.fromkeys((*login.amr, *amr)))
    Login.objects.filter(pk=login.pk, revoked_at=None).update(amr=values)


def _renew(
    sid: Any,
    proof: Authenticated,
    *,
    epoch: int,
) -> Session:
    with transaction.atomic():
        session = Session.objects.live().filter(sid=sid).first()
        if session is None:
            raise TokenRevoked
        mine = Login.objects.filter(
            pk=session.login_id,
            user_id=proof.user_id,
            user__epoch=epoch,
            user__is_active=True,
            revoked_at=None,
        )
        if not mine.exists():
            raise TokenRevoked
        Login.objects.filter(pk=session.login_id, revoked_at=None).update(
            amr=list(proof.amr), auth_time=proof.auth_time, bound_to=None
        )
        Session.objects.filter(sid=sid).update(issued_at=int(time.time()))
        person = User.objects.get(pk=proof.user_id)
        record(
            Action.REAUTHENTICATED,
            acting=person,
            target=person,
            details={"sid": str(sid)},
        )
    return session
