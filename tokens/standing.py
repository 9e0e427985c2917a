"""Everything that decides whether a session may be given a token, in one SELECT.

Every grant and every refresh mints from what is read here, after its own write: user,
login, application, tenant, membership with roles, audience, and the feed's state.
Hand-written SQL, because this is the hot path: the ORM costs three times as much.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from tenants import admission
from tenants.admission import IDENTITY_SCOPES, OIDC_SCOPES, Target
from tenants.models import BUILT_IN
from tokens import feed
from tokens.errors import TokenInvalid, TokenRevoked

_SQL = """
SELECT s.generation, s.issued_at, s.rotated_at, s.expires_at, s.idle_expires_at,
       s.revoked_at IS NULL AND l.revoked_at IS NULL,
       s.application_epoch = a.epoch AND s.tenant_epoch = t.epoch
           AND (s.membership_epoch IS NULL OR s.membership_epoch = m.epoch)
           AND l.epoch = u.epoch,
       u.is_active, a.suspended_at IS NULL AND t.suspended_at IS NULL,
       m.id IS NOT NULL AND m.suspended_at IS NULL
           AND (m.expires_at IS NULL OR m.expires_at > %s),
       s.door, s.scope, s.audience_id, p.identifier,
       s.audience_id IS NULL OR EXISTS (
           SELECT 1 FROM tenants_applicationapi aa
           WHERE aa.application_id = a.id AND aa.api_id = s.audience_id
             AND (p.tenant_id = t.id OR EXISTS (
                 SELECT 1 FROM tenants_api_shared_with w
                 WHERE w.api_id = p.id AND w.tenant_id = t.id))),
       p.scopes, a.scopes, a.is_first_party, a.client_id, a.signing_algorithm,
       a.id_token_algorithm,
       a.access_token_seconds, a.session_idle_seconds, t.id, l.id, l.amr, l.auth_time,
       l.bound_to_id, u.id, u.email, u.name,
       EXISTS (SELECT 1 FROM account_emailaddress e
               WHERE e.user_id = u.id AND e.verified AND e.{primary}),
       (SELECT {array}(r.name) FROM tenants_membership_roles mr
        JOIN tenants_role r ON r.id = mr.role_id WHERE mr.membership_id = m.id),
       m.expires_at, f.feed_id, f.number, f.keys_version,
       t.mfa_required OR (a.client_id != %s AND EXISTS (
           SELECT 1 FROM tenants_membership_roles mr
           JOIN tenants_role r ON r.id = mr.role_id
           WHERE mr.membership_id = m.id AND r.mfa_required)),
       (SELECT {array}(r.api_permissions) FROM tenants_membership_roles mr
        JOIN tenants_role r ON r.id = mr.role_id WHERE mr.membership_id = m.id),
       p.tenant_id != t.id
FROM tokens_session s
JOIN tokens_login l ON l.id = s.login_id
JOIN accounts_user u ON u.id = l.user_id
JOIN tenants_application a ON a.id = s.application_id
JOIN tenants_tenant t ON t.id = a.tenant_id
LEFT JOIN tenants_api p ON p.id = s.audience_id
LEFT JOIN tenants_membership m ON m.user_id = u.id AND m.tenant_id = t.id
CROSS JOIN tokens_feed f
WHERE s.sid = %s
"""


@dataclass(frozen=True)
class Standing:
    """A session and all it hangs from, as committed at one moment. Times are UTC."""

    sid: UUID
    generation: int
    issued_at: int
    rotated_at: datetime
    expires_at: datetime
    idle_expires_at: datetime
    not_ended: bool
    epochs_match: bool
    user_active: bool
    not_suspended: bool
    member: bool
    door: str
    scope: str
    api_id: UUID | None
    audience: str
    audience_allowed: bool
    api_scopes: tuple[str, ...]
    application_scopes: tuple[str, ...]
    first_party: bool
    client_id: str
    algorithm: str
    id_token_algorithm: str
    access_seconds: int
    idle_seconds: int
    tenant_id: UUID
    login_id: UUID
    amr: tuple[str, ...]
    auth_time: datetime
    bound_to: UUID | None
    user_id: UUID
    email: str
    name: str
    email_verified: bool
    roles: tuple[str, ...]
    member_until: datetime | None
    state: feed.State
    factor_wanted: bool
    permissions: tuple[str, ...]
    is_shared: bool

    @property
    def target(self) -> Target:
        """What its tokens are for: what was granted and is still allowed."""
        granted = self.scope.split()
        offered = self.api_scopes if self.api_id else IDENTITY_SCOPES
        own = () if self.api_id else ("account",)
        allowed = {*self.application_scopes, *own, *OIDC_SCOPES}
        names = dict.fromkeys((*OIDC_SCOPES, *offered))
        held = [name for name in names if name in granted and name in allowed]
        return Target(self.api_id, self.audience, " ".join(held), self.is_shared)

    def require_in_force(self) -> None:
        """Raise `TokenRevoked`, saying plainly what ended it; nothing may be minted."""
        now = timezone.now()
        reasons = [
            (self.not_ended, "The session has ended."),
            (self.user_active, "The session has ended."),
            (self.epochs_match, "The session was ended by a change of its standing."),
            (self.not_suspended, "The application is suspended."),
            (
                self.member or self.client_id == BUILT_IN,
                "The membership in the application's tenant has ended.",
            ),
            (
                self.first_party
                or (self.door != "rest" and self.audience != settings.IDENTITY_API),
                "The application may no longer do this.",
            ),
            (self.audience_allowed, "The application lost this audience."),
            (
                "mfa" in self.amr or not self.factor_wanted,
                "A policy asks for a second factor since: sign in again.",
            ),
            (
                self.bound_to in (None, self.tenant_id) or self.client_id == BUILT_IN,
                "The sign-in holds for another tenant only.",
            ),
            (now < min(self.expires_at, self.idle_expires_at), "The session is over."),
        ]
        for holds, reason in reasons:
            if not holds:
                raise TokenRevoked(reason)


def _utc(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def _union(lists: Any) -> tuple[str, ...]:
    """Return what is in any of the lists; SQLite gives each as text."""
    found = (_json(held) or () for held in _json(lists) or ())
    return tuple(sorted({value for held in found for value in held}))


def _access_seconds(chosen: int | None) -> int:
    """Return the lifetime of an access token: a revocation is listed for no longer."""
    wanted = chosen or settings.ACCESS_TOKEN_SECONDS
    return min(wanted, settings.ACCESS_TOKEN_MAX_SECONDS)


def _statement() -> str:
    mysql = connection.vendor == "mysql"
    return _SQL.format(
        primary="`primary`" if mysql else '"primary"',
        array="JSON_ARRAYAGG" if mysql else "json_group_array",
    )


def read(sid: UUID) -> Standing:
    """Return the standing of a session; one query. Raises `TokenInvalid` without one."""
    key = models.UUIDField().get_db_prep_value(sid, connection)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [now, BUILT_IN, key])
        row = cursor.fetchone()
    if row is None:
        raise TokenInvalid("There is no such session.")
    return _parsed(sid, row)


_HOLD = (
    "not_ended",
    "epochs_match",
    "user_active",
    "not_suspended",
    "member",
    "is_shared",
)


def _parsed(
    sid: UUID,
    row: tuple[Any, ...],
) -> Standing:
    return Standing(
        sid=sid,
        generation=row[0],
        issued_at=row[1],
        rotated_at=_utc(row[2]),
        expires_at=_utc(row[3]),
        idle_expires_at=_utc(row[4]),
        **dict(zip(_HOLD, map(bool, (*row[5:10], row[39])), strict=True)),
        door=row[10],
        scope=row[11],
        api_id=UUID(row[12]) if row[12] else None,
        audience=row[13] or admission.without_api(row[11], row[10]),
        audience_allowed=bool(row[14]),
        api_scopes=tuple(s["name"] for s in _json(row[15]) or ()),
        application_scopes=tuple(_json(row[16]) or ()),
        first_party=bool(row[17]),
        client_id=row[18],
        algorithm=row[19],
        id_token_algorithm=row[20],
        access_seconds=_access_seconds(row[21]),
        idle_seconds=row[22] or settings.SESSION_IDLE_SECONDS,
        tenant_id=UUID(row[23]),
        login_id=UUID(row[24]),
        amr=tuple(_json(row[25])),
        auth_time=_utc(row[26]),
        bound_to=UUID(row[27]) if row[27] else None,
        user_id=UUID(row[28]),
        email=row[29],
        name=row[30],
        email_verified=bool(row[31]),
        roles=tuple(sorted(name for name in _json(row[32]) or () if name)),
        member_until=_utc(row[33]) if row[33] else None,
        state=feed.State(*row[34:37]),
        factor_wanted=bool(row[37]),
        permissions=_union(row[38]),
    )
