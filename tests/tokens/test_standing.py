"""What is read before a mint: all of it in one query, and every way to lose it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from config.fields import uuid7
from tenants.models import (
    BUILT_IN,
    Api,
    Application,
    ApplicationApi,
    Membership,
    Tenant,
)
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    LoginFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
    UserFactory,
)
from tokens import feed, standing
from tokens.errors import TokenInvalid, TokenRevoked
from tokens.models import Login, Session

pytestmark = pytest.mark.django_db

PAST = timezone.now() - timedelta(seconds=1)
FUTURE = timezone.now() + timedelta(hours=1)


@pytest.fixture
def session() -> Session:
    """A session for an API, at the REST door; everything stands."""
    feed.read()
    tenant = TenantFactory()
    api = ApiFactory(tenant=tenant)
    application = ApplicationFactory(tenant=tenant, apis=[api])
    made: Session = SessionFactory(
        application=application,
        audience=api,
        scope="orders:read orders:write",
        login=LoginFactory(amr=["pwd", "otp", "mfa"]),
    )
    return made


def refusal(session: Session) -> str:
    """Return why nothing may be minted now; empty when it may."""
    try:
        standing.read(session.sid).require_in_force()
    except TokenRevoked as refused:
        return refused.detail
    return ""


def test_one_query_reads_it_all(session: Session) -> None:
    with CaptureQueriesContext(connection) as queries:
        standing.read(session.sid).require_in_force()
    assert len(queries) == 1


def test_it_says_what_the_rows_say(session: Session) -> None:
    for name in ("clerk", "admin"):
        role = RoleFactory(tenant=session.application.tenant, name=name)
        Membership.objects.get(user=session.login.user).roles.add(role)
    read = standing.read(session.sid)
    assert (read.user_id, read.email) == (
        session.login.user_id,
        session.login.user.email,
    )
    assert (read.login_id, read.amr) == (session.login_id, ("pwd", "otp", "mfa"))
    assert read.auth_time == session.login.auth_time
    assert read.tenant_id == session.application.tenant_id
    assert read.client_id == session.application.client_id
    assert read.roles == ("admin", "clerk")
    assert read.expires_at == session.expires_at
    assert session.audience and read.audience == session.audience.identifier
    assert read.access_seconds == settings.ACCESS_TOKEN_SECONDS
    assert read.idle_seconds == settings.SESSION_IDLE_SECONDS
    assert read.email_verified and read.member_until is None
    assert read.state == feed.read()


def test_the_applications_own_lifetimes_win(session: Session) -> None:
    Application.objects.update(access_token_seconds=60, session_idle_seconds=600)
    read = standing.read(session.sid)
    assert (read.access_seconds, read.idle_seconds) == (60, 600)


def test_an_address_is_verified_only_if_the_primary_one_is() -> None:
    feed.read()
    user = UserFactory(verified=False)
    EmailAddress.objects.create(user=user, email="second@example.com", verified=True)
    session = SessionFactory(user=user)
    assert standing.read(session.sid).email_verified is False
    EmailAddress.objects.filter(primary=True).update(verified=True)
    assert standing.read(session.sid).email_verified is True


def test_an_unknown_session_is_a_bad_token() -> None:
    feed.read()
    with pytest.raises(TokenInvalid):
        standing.read(uuid7())


def _next(model: Any) -> None:
    model.objects.update(epoch=F("epoch") + 1)


LOSSES: dict[str, tuple[Callable[[], Any], str]] = {
    "session ended": (lambda: Session.objects.update(revoked_at=PAST), "has ended"),
    "login ended": (lambda: Login.objects.update(revoked_at=PAST), "has ended"),
    "user disabled": (lambda: User.objects.update(is_active=False), "has ended"),
    "user moved on": (lambda: _next(User), "change of its standing"),
    "application moved on": (lambda: _next(Application), "change of its standing"),
    "tenant moved on": (lambda: _next(Tenant), "change of its standing"),
    "membership moved on": (lambda: _next(Membership), "change of its standing"),
    "membership removed": (lambda: Membership.objects.all().delete(), "standing"),
    "application suspended": (
        lambda: Application.objects.update(suspended_at=PAST),
        "application is suspended",
    ),
    "tenant suspended": (
        lambda: Tenant.objects.update(suspended_at=PAST),
        "application is suspended",
    ),
    "membership suspended": (
        lambda: Membership.objects.update(suspended_at=PAST),
        "membership .* has ended",
    ),
    "membership expired": (
        lambda: Membership.objects.update(expires_at=PAST),
        "membership .* has ended",
    ),
    "third party now": (
        lambda: Application.objects.update(is_first_party=False),
        "may no longer",
    ),
    "audience taken": (
        lambda: ApplicationApi.objects.all().delete(),
        "lost this audience",
    ),
    "expired": (lambda: Session.objects.update(expires_at=PAST), "is over"),
    "idle": (lambda: Session.objects.update(idle_expires_at=PAST), "is over"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_refuses_and_says_which_it_was(
    session: Session,
    loss: str,
) -> None:
    assert refusal(session) == ""
    lose, words = LOSSES[loss]
    lose()
    with pytest.raises(TokenRevoked, match=words):
        standing.read(session.sid).require_in_force()


def test_a_membership_that_ends_later_stands_until_then(session: Session) -> None:
    Membership.objects.update(expires_at=FUTURE)
    assert refusal(session) == ""
    assert standing.read(session.sid).member_until == FUTURE


def test_somebody_elses_endings_are_not_ours(session: Session) -> None:
    other = SessionFactory()
    Session.objects.filter(sid=other.sid).update(revoked_at=PAST)
    User.objects.filter(pk=other.login.user_id).update(is_active=False)
    Tenant.objects.filter(pk=other.application.tenant_id).update(suspended_at=PAST)
    assert refusal(session) == ""


def test_the_built_in_application_asks_for_no_membership() -> None:
    feed.read()
    built_in = Application.objects.get(client_id="default")
    session = SessionFactory(application=built_in, member=False)
    assert refusal(session) == ""
    Membership.objects.create(
        user=session.login.user, tenant=built_in.tenant, suspended_at=PAST
    )
    assert refusal(session) == ""


def test_any_other_session_without_a_membership_is_refused() -> None:
    feed.read()
    assert "membership" in refusal(SessionFactory(member=False))


@pytest.mark.parametrize(
    ("for_api", "scope", "stands"),
    [(True, "orders:read", True), (False, "openid", True), (False, "account", False)],
)
def test_a_third_party_may_call_apis_by_oauth_but_never_the_identity_api(
    session: Session,
    for_api: bool,
    scope: str,
    stands: bool,
) -> None:
    Application.objects.update(is_first_party=False)
    Session.objects.update(door=Session.Door.OAUTH, scope=scope)
    if not for_api:
        Session.objects.update(audience=None)
    assert (refusal(session) == "") is stands


def test_a_shared_api_is_an_audience_until_it_is_no_longer_shared() -> None:
    feed.read()
    api = ApiFactory()
    application = ApplicationFactory(apis=[api])
    api.shared_with.add(application.tenant)
    session = SessionFactory(application=application, audience=api)
    assert refusal(session) == ""
    api.shared_with.clear()
    assert "audience" in refusal(session)


def scope_of(sid: UUID) -> list[str]:
    """Return the scopes that a token minted now would hold."""
    return standing.read(sid).target.scope.split()


def test_a_scope_is_held_while_granted_offered_and_allowed(session: Session) -> None:
    assert scope_of(session.sid) == ["orders:read"]  # write was never the application's
    Application.objects.update(scopes=["orders:read", "orders:write", "more"])
    assert scope_of(session.sid) == ["orders:read", "orders:write"]
    Session.objects.update(scope="orders:write more")
    assert scope_of(session.sid) == ["orders:write"]
    assert session.audience is not None
    session.audience.scopes = []
    session.audience.save()
    assert scope_of(session.sid) == []


def test_manage_is_lost_with_the_applications_right_to_it() -> None:
    feed.read()
    application = ApplicationFactory(scopes=["account", "manage"])
    session = SessionFactory(application=application, scope="account manage")
    assert scope_of(session.sid) == ["account", "manage"]
    assert standing.read(session.sid).audience == settings.IDENTITY_API
    Application.objects.update(scopes=[])
    assert scope_of(session.sid) == ["account"]


def test_no_token_outlives_its_revocation(
    session: Session,
    settings: Any,
) -> None:
    settings.ACCESS_TOKEN_MAX_SECONDS = 600
    Application.objects.update(access_token_seconds=3600)
    assert standing.read(session.sid).access_seconds == 600
    Application.objects.update(access_token_seconds=None)
    settings.ACCESS_TOKEN_SECONDS = 7200
    assert standing.read(session.sid).access_seconds == 600


def _by_password(session: Session) -> None:
    Login.objects.filter(pk=session.login_id).update(amr=["pwd"])


def test_a_policy_made_since_wants_the_second_factor(session: Session) -> None:
    _by_password(session)
    assert refusal(session) == ""
    Tenant.objects.update(mfa_required=True)
    assert "second factor" in refusal(session)
    Login.objects.update(amr=["pwd", "otp", "mfa"])
    assert refusal(session) == ""


def test_a_role_given_since_wants_the_second_factor(session: Session) -> None:
    _by_password(session)
    strict = RoleFactory(tenant=session.application.tenant, mfa_required=True)
    other = MembershipFactory(tenant=session.application.tenant)
    other.roles.add(strict)
    assert refusal(session) == ""  # somebody else's
    Membership.objects.get(user=session.login.user).roles.add(strict)
    assert "second factor" in refusal(session)
    Login.objects.update(amr=["pwd", "otp", "mfa"])
    assert refusal(session) == ""


def test_the_built_in_application_asks_for_its_tenants_flag_alone() -> None:
    feed.read()
    built_in = Application.objects.select_related("tenant").get(client_id=BUILT_IN)
    session = SessionFactory(application=built_in, login=LoginFactory(amr=["pwd"]))
    strict = RoleFactory(tenant=built_in.tenant, mfa_required=True)
    Membership.objects.get(user=session.login.user).roles.add(strict)
    assert refusal(session) == ""
    Tenant.objects.filter(pk=built_in.tenant_id).update(mfa_required=True)
    assert "second factor" in refusal(session)


def test_permissions_are_the_sorted_union_over_the_members_roles(
    session: Session,
) -> None:
    assert standing.read(session.sid).permissions == ()
    tenant = session.application.tenant
    membership = Membership.objects.get(user=session.login.user)
    for allowed in (["orders:refund", "b"], [], ["a", "b"]):
        membership.roles.add(RoleFactory(tenant=tenant, api_permissions=allowed))
    other = RoleFactory(tenant=tenant, api_permissions=["other"])
    MembershipFactory(tenant=tenant).roles.add(other)
    read = standing.read(session.sid)
    assert read.permissions == ("a", "b", "orders:refund")
    assert not read.target.is_shared
    Api.objects.update(tenant=TenantFactory())
    assert standing.read(session.sid).target.is_shared
