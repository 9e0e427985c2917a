"""The mint: what tokens say, how long they live, and what it waits for or refuses."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from django.utils import timezone

from config.errors import Conflict, Forbidden, Unavailable
from config.fields import uuid7
from tenants import admission
from tenants.models import Application, Membership
from tenants.services import memberships, room
from tests.factories import (
    ApiFactory,
    ApplicationFactory,
    LoginFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
)
from tokens import feed, keyring, minting, revocations, verification
from tokens.errors import TokenInvalid, TokenRevoked
from tokens.models import Revocation, Session
from tokens.revocations import Entry, Kind
from tokens.services.refresh import refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def access_of(session: Session) -> dict[str, Any]:
    """Return the claims of an access token minted now."""
    return claims_of(minting.issue(session.sid).access_token)


def user_row(session: Session) -> None:
    """Refuse what the session's user got up to this moment, and a second on."""
    entry = Entry(Kind.USER, str(session.login.user_id))
    revocations.write([entry], reason="test")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the mint's clock run ahead instead of sleeping; collects the pauses."""
    taken: list[float] = []
    clock = SimpleNamespace(
        time=lambda: time.time() + sum(taken),
        sleep=taken.append,
    )
    monkeypatch.setattr(minting, "time", clock)
    return taken


def test_an_access_token_says_what_the_contract_lists(settings: Any) -> None:
    began = timezone.now() - timedelta(hours=2)
    login = LoginFactory(amr=["pwd", "otp", "mfa"], auth_time=began)
    session = SessionFactory(login=login)
    tenant = session.application.tenant
    Membership.objects.get(user=login.user).roles.set(
        [RoleFactory(tenant=tenant, name="clerk"), RoleFactory(tenant=tenant, name="a")]
    )
    claims = access_of(session)
    jti = claims.pop("jti")
    assert len(jti) == 22
    assert claims == {
        "iss": settings.ISSUER,
        "sub": str(login.user_id),
        "aud": settings.IDENTITY_API,
        "iat": session.issued_at,
        "exp": session.issued_at + settings.ACCESS_TOKEN_SECONDS,
        "client_id": session.application.client_id,
        "scope": "account",
        "sid": str(session.sid),
        "tenant": str(tenant.pk),
        "roles": ["a", "clerk"],
        "permissions": [],
        "auth_time": int(began.timestamp()),
        "amr": ["pwd", "otp", "mfa"],
        "acr": "aal2",
    }


def test_a_refresh_token_says_only_what_we_need_to_read_it(settings: Any) -> None:
    session = SessionFactory()
    claims = claims_of(minting.issue(session.sid).refresh_token)
    assert claims == {
        "iss": settings.ISSUER,
        "aud": settings.ISSUER,
        "sub": str(session.login.user_id),
        "tenant": str(session.application.tenant_id),
        "iat": session.issued_at,
        "exp": int(session.idle_expires_at.timestamp()),
        "jti": f"{session.sid}.0",
        "sid": str(session.sid),
        "gen": 0,
        "client_id": session.application.client_id,
        "door": "rest",
        "idle": settings.SESSION_IDLE_SECONDS,
    }


@pytest.mark.parametrize(
    ("amr", "acr"), [(["pwd"], "aal1"), (["pwd", "otp"], "aal1"), (["mfa"], "aal2")]
)
def test_a_second_factor_is_told_by_acr(
    amr: list[str],
    acr: str,
) -> None:
    assert access_of(SessionFactory(login=LoginFactory(amr=amr)))["acr"] == acr


def test_a_jti_is_of_one_generation_and_audience() -> None:
    application = ApplicationFactory()
    api = ApiFactory(tenant=application.tenant)
    application.apis.add(api)
    pair = minting.issue(SessionFactory(application=application).sid)
    again = minting.issue(pair.standing.sid)
    there = refresh(pair.refresh_token, audience=api.identifier)
    here = refresh(pair.refresh_token)
    pairs = (pair, again, there, here)
    one, same, other, own = (claims_of(p.access_token)["jti"] for p in pairs)
    assert one == same
    assert len({one, other, own}) == 3


@pytest.mark.parametrize("algorithm", keyring.ALGORITHMS)
def test_the_application_chooses_the_algorithm_of_access_tokens_alone(
    algorithm: str,
) -> None:
    application = ApplicationFactory(signing_algorithm=algorithm)
    pair = minting.issue(SessionFactory(application=application).sid)
    headers = [
        jwt.get_unverified_header(token)
        for token in (pair.access_token, pair.refresh_token)
    ]
    assert [header["alg"] for header in headers] == [algorithm, "ES256"]


@pytest.mark.parametrize("cap", ["application", "session", "idle", "membership"])
def test_no_token_outlives_what_it_stands_on(cap: str) -> None:
    session = SessionFactory()
    ends = timezone.now() + timedelta(seconds=100)
    change: dict[str, Callable[[], Any]] = {
        "application": lambda: Application.objects.update(access_token_seconds=100),
        "session": lambda: Session.objects.update(expires_at=ends),
        "idle": lambda: Session.objects.update(idle_expires_at=ends),
        "membership": lambda: Membership.objects.update(expires_at=ends),
    }
    change[cap]()
    pair = minting.issue(session.sid)
    claims, now = claims_of(pair.access_token), time.time()
    assert now + 90 < claims["exp"] <= now + 100
    assert 90 < pair.expires_in <= 100
    if cap in ("session", "idle"):
        assert 90 < pair.refresh_expires_in <= 100


def test_the_response_is_the_contracts() -> None:
    session = SessionFactory(user__name="Ann", user__email="Ann@example.com")
    pair = minting.issue(session.sid)
    assert pair.response() == {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "refresh_token": pair.refresh_token,
        "refresh_expires_in": pair.refresh_expires_in,
        "scope": "account",
        "user": {
            "id": str(session.login.user_id),
            "email": "Ann@example.com",
            "email_verified": True,
            "name": "Ann",
        },
    }


def test_nothing_is_minted_for_what_ended_or_never_was() -> None:
    session = SessionFactory()
    Session.objects.update(revoked_at=timezone.now())
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)
    with pytest.raises(TokenInvalid):
        minting.issue(uuid7())


def test_a_mint_that_a_row_would_catch_waits_it_out(pauses: list[float]) -> None:
    session = SessionFactory()
    user_row(session)
    limit = Revocation.objects.get().issued_before
    pair = minting.issue(session.sid)
    claims = claims_of(pair.access_token)
    assert limit is not None and claims["iat"] > limit
    assert len(pauses) == 1 and 0 < pauses[0] <= minting.WAIT_AT_MOST_SECONDS
    session.refresh_from_db()
    assert session.issued_at == claims["iat"] == claims_of(pair.refresh_token)["iat"]
    assert minting.issue(session.sid).access_token and len(pauses) == 1


def test_somebody_elses_row_delays_nobody(pauses: list[float]) -> None:
    user_row(SessionFactory())
    minting.issue(SessionFactory().sid)
    assert pauses == []


def test_an_ending_during_the_wait_is_seen(
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
) -> None:
    session = SessionFactory()
    user_row(session)

    def ended(pause: float) -> None:
        pauses.append(pause)
        Session.objects.update(revoked_at=timezone.now())

    monkeypatch.setattr(minting.__dict__["time"], "sleep", ended)
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)


def test_a_standing_that_keeps_changing_is_come_back_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = SessionFactory()
    user_row(session)
    clock = SimpleNamespace(time=time.time, sleep=lambda _: user_row(session))
    monkeypatch.setattr(minting, "time", clock)
    with pytest.raises(Unavailable) as refusal:
        minting.issue(session.sid)
    assert refusal.value.retry_after


def test_clocks_that_disagree_hold_no_thread(
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
) -> None:
    session = SessionFactory()
    ahead = time.time() + 60
    monkeypatch.setattr(feed, "database_seconds", lambda: ahead)
    user_row(session)
    with pytest.raises(Unavailable) as refusal:
        minting.issue(session.sid)
    assert refusal.value.retry_after and pauses == []


def test_an_absolute_row_is_never_waited_out(pauses: list[float]) -> None:
    session = SessionFactory()
    revocations.write([Entry(Kind.SESSION, str(session.sid))], reason="test")
    with pytest.raises(TokenRevoked):
        minting.issue(session.sid)
    assert pauses == []


@pytest.fixture
def nobody_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many wait already as may."""
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(minting, "_waiters", full)


@pytest.mark.usefixtures("nobody_may_wait")
def test_who_would_be_one_waiter_too_many_comes_back_later(
    pauses: list[float],
) -> None:
    session = SessionFactory()
    user_row(session)
    with pytest.raises(Unavailable) as refusal:
        minting.issue(session.sid)
    assert refusal.value.retry_after and pauses == []


@pytest.mark.usefixtures("nobody_may_wait")
def test_a_refresh_that_is_told_to_come_back_used_nothing_up() -> None:
    session = SessionFactory()
    token = minting.issue(session.sid).refresh_token
    user_row(session)
    revocations.snapshot.follow(feed.read())
    with pytest.raises(Unavailable):
        refresh(token)
    session.refresh_from_db()
    assert session.generation == 0


def test_a_standing_that_never_settles_makes_nobody_a_thief(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = SessionFactory()
    token = minting.issue(session.sid).refresh_token

    def changed_again(_: float) -> None:
        user_row(session)
        late = timezone.now() - timedelta(seconds=29)
        Session.objects.filter(generation=1).update(rotated_at=late)

    user_row(session)
    clock = SimpleNamespace(time=time.time, sleep=changed_again)
    monkeypatch.setattr(minting, "time", clock)
    with pytest.raises(Unavailable):
        refresh(token)
    session.refresh_from_db()
    assert session.generation == 1
    assert timezone.now() - session.rotated_at < timedelta(seconds=5)
    Revocation.objects.all().delete()
    revocations.snapshot.forget()
    assert claims_of(refresh(token).refresh_token)["gen"] == 1


def test_permissions_are_for_apis_of_the_tenant_alone() -> None:
    tenant = TenantFactory()
    own = ApiFactory(tenant=tenant)
    foreign = ApiFactory()
    foreign.shared_with.add(tenant)
    application = ApplicationFactory(tenant=tenant, apis=[own, foreign])
    role = RoleFactory(tenant=tenant, name="clerk", api_permissions=["b", "a"])
    for api, said in ((own, ["a", "b"]), (foreign, []), (None, [])):
        session = SessionFactory(application=application, audience=api)
        Membership.objects.get(
            user=session.login.user,
            tenant=tenant,
        ).roles.add(role)
        claims = access_of(session)
        assert (claims["permissions"], claims["roles"]) == (said, ["clerk"])


def test_a_refresh_for_another_audience_gets_what_is_said_there() -> None:
    tenant = TenantFactory()
    own, foreign = ApiFactory(tenant=tenant), ApiFactory()
    foreign.shared_with.add(tenant)
    application = ApplicationFactory(tenant=tenant, apis=[own, foreign])
    session = SessionFactory(application=application, audience=foreign)
    role = RoleFactory(tenant=tenant, api_permissions=["orders:refund"])
    Membership.objects.get(user=session.login.user, tenant=tenant).roles.add(role)
    for api, said in ((own, ["orders:refund"]), (foreign, [])):
        target = admission.target_of(application, api.identifier)
        pair = minting.issue(session.sid, target=target)
        assert claims_of(pair.access_token)["permissions"] == said


def _full(session: Session) -> None:
    """Give a member all that there is room for, through the service."""
    tenant = session.application.tenant
    wide = [f"{n:02}".ljust(64, "x") for n in range(50)]
    held = [RoleFactory(tenant=tenant, api_permissions=wide)]
    while True:
        held.append(RoleFactory(tenant=tenant, name=f"{len(held)}🦊"))
        try:
            room.require_room(held)
        except Conflict:
            break
    membership = Membership.objects.get(user=session.login.user, tenant=tenant)
    memberships.change_membership(membership, roles=held[:-1], acting_user=None)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_the_fullest_member_gets_a_token_that_our_own_verifier_takes(
    algorithm: str,
) -> None:
    tenant = TenantFactory()
    api = ApiFactory(tenant=tenant, identifier=f"https://a.example/{'x' * 230}")
    application = ApplicationFactory(
        tenant=tenant, apis=[api], signing_algorithm=algorithm
    )
    session = SessionFactory(application=application, audience=api)
    _full(session)
    token = minting.issue(session.sid).access_token
    assert 6000 < len(token) <= minting.LONGEST
    assert len(f"Authorization: Bearer {token}\r\n") < 8190  # gunicorn's own bound
    verified = verification.verify(token, audience=api.identifier)
    assert len(verified.claims["permissions"]) == 50


def test_what_outgrew_a_token_all_the_same_is_refused_and_ends_nothing() -> None:
    session = SessionFactory()
    tenant = session.application.tenant
    pair = minting.issue(session.sid)
    mine = Membership.objects.get(user=session.login.user, tenant=tenant)
    foxes = [RoleFactory(tenant=tenant, name=f"{n}{'🦊' * 60}") for n in range(12)]
    mine.roles.set(foxes)  # past the services, as two writes at once
    with pytest.raises(Forbidden, match="room"):
        refresh(pair.refresh_token)
    mine.roles.set(foxes[:1])
    assert refresh(pair.refresh_token).access_token
