"""What ends a session, as operators and people end one."""

from collections.abc import Callable
from typing import Any

from accounts import services as accounts
from tenants.models import Membership
from tenants.services import applications, memberships, tenants
from tokens.models import Session
from tokens.services import sessions

End = Callable[[Session], Any]


def _disable(session: Session) -> None:
    accounts.disable_user(session.login.user, acting_user=None)


def _suspend(session: Session) -> None:
    applications.suspend_application(session.application, acting_user=None)


def _suspend_tenant(session: Session) -> None:
    tenants.suspend_tenant(session.application.tenant, acting_user=None)


def _end(session: Session) -> None:
    sessions.end_session(session, acting_user=None)


def _end_everywhere(session: Session) -> None:
    sessions.end_all_sessions(session.login.user, acting_user=None)


def _expel(session: Session) -> None:
    mine = Membership.objects.filter(user=session.login.user)
    member = mine.get(tenant=session.application.tenant)
    memberships.end_membership(member, acting_user=None)


OF_A_PERSON: list[End] = [_disable, _end, _end_everywhere, _expel]
OF_A_CLIENT: list[End] = [_suspend, _suspend_tenant]
ENDINGS = [*OF_A_PERSON, *OF_A_CLIENT]
