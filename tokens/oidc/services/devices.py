"""Device codes: two halves of one request, until a person decides (RFC 8628).

The device polls with a long code, and a person types a short one. Both are stored as
digests, the short one's keyed: it could be searched for otherwise. Whatever happens to a
request happens by one conditional UPDATE, so that of several at once one counts.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import limits, lockouts
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from config import context
from config.errors import Unavailable
from tenants import admission
from tenants.admission import Target
from tenants.models import Application
from tokens.oidc.models import DeviceCode
from tokens.oidc.services import consents
from tokens.oidc.services.codes import digest_of
from tokens.standing import Standing

LIVES = timedelta(minutes=10)
INTERVAL = 5  # seconds between two polls, and what each poll too early adds
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # no words, nothing that looks like a digit (6.1)
LENGTH = 8  # of 20 letters: 34.5 bits
PATH = "/oauth/device"
_EARLY = timedelta(seconds=1)  # a network carries one poll faster than another
_LONGEST = int(LIVES.total_seconds())
_ROUNDS = 5


@dataclass(frozen=True)
class Given:
    """What a device is told; the times are in seconds."""

    device_code: str
    user_code: str
    expires_in: int = int(LIVES.total_seconds())
    interval: int = INTERVAL

    @property
    def verification_uri(self) -> str:
        """Where a person types the code; short, as it is typed too."""
        return f"{settings.ISSUER}{PATH}"

    @property
    def verification_uri_complete(self) -> str:
        """The same with the code filled in, for a picture to scan."""
        return f"{self.verification_uri}?user_code={self.user_code}"


def begin(
    application: Application,
    target: Target,
) -> Given:
    """Write a request of the caller's device, and return its codes (section 3.2).

    Raises `TooManyRequests` past the limits of the caller's IP and of the client. Not
    recorded: nobody has decided anything yet.
    """
    limits.hit("device_codes_ip", lockouts.caller())
    limits.hit("device_codes_client", application.client_id)
    caller, now = context.current(), timezone.now()
    for _ in range(_ROUNDS):
        given = Given(secrets.token_urlsafe(32), _user_code())
        row = DeviceCode(
            digest=digest_of(given.device_code),
            user_digest=_user_digest(given.user_code),
            application=application,
            api_id=target.api_id,
            scope=target.scope,
            interval=INTERVAL,
            ip=caller.ip,
            user_agent=caller.user_agent,
            expires_at=now + LIVES,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:  # somebody has these eight letters already
            continue
        return given
    raise Unavailable(retry_after=1)


def _user_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def _user_digest(typed: str) -> str:
    return salted_hmac("oidc.user-code", _bare(typed), algorithm="sha256").hexdigest()


def _bare(typed: str) -> str:
    """Return a code without what people put between its letters, in capitals."""
    wide = unicodedata.normalize("NFKC", typed).upper()
    return "".join(c for c in wide if c.isalnum())


def shown(typed: str) -> str:
    """Return a code as a device shows it; "" for what can be none."""
    bare = _bare(typed[:64])
    fits = len(bare) == LENGTH and not set(bare) - set(ALPHABET)
    return f"{bare[:4]}-{bare[4:]}" if fits else ""


def find(
    device_code: str,
    application: Application,
) -> DeviceCode | None:
    """Return the row of a client's code, used or not; None for anybody else's."""
    rows = DeviceCode.objects.select_related("login__user", "application__tenant")
    return rows.filter(digest=digest_of(device_code), application=application).first()


def poll(row: DeviceCode) -> bool:
    """Note that a device asks; False where it does so too early (section 3.5).

    Its interval then grows, for good. Of polls at once one is in time.
    """
    now, rows = timezone.now(), DeviceCode.objects.filter(pk=row.pk)
    before = now - timedelta(seconds=row.interval) + _EARLY
    due = Q(polled_at=None) | Q(polled_at__lte=before)
    if rows.filter(due, interval=row.interval).update(polled_at=now):
        return True
    rows.filter(interval__lt=_LONGEST).update(
        interval=F("interval") + INTERVAL, polled_at=now
    )
    return False


def look(
    typed: str,
    *,
    user: User,
) -> DeviceCode | None:
    """Return the open request of a code that a person typed; None for a wrong one.

    Every try counts for the person and for the IP before it is looked up, and one that
    was right is given back (section 5.1). Raises `TooManyRequests`; records
    `DEVICE_CODE_REFUSED`.
    """
    tries = [("device_guesses_account", str(user.pk))]
    tries += [("device_guesses_ip", lockouts.caller())]
    for name, key in tries:
        limits.hit(name, key)
    row = _open().filter(user_digest=_user_digest(typed)).first()
    if row is None:
        refused = Action.DEVICE_CODE_REFUSED
        record(refused, acting=user, target=user, succeeded=False)
        return None
    for name, key in tries:
        limits.give_back(name, key)
    return row


def waiting(device_id: UUID) -> DeviceCode | None:
    """Return a request that nobody decided yet; None where it is over."""
    return _open().filter(pk=device_id).first()


def _open() -> QuerySet[DeviceCode]:
    """Return the requests that a person may decide about."""
    rows = DeviceCode.objects.select_related("application__tenant", "api")
    return rows.filter(
        used_at=None,
        approved_at=None,
        denied_at=None,
        expires_at__gt=timezone.now(),
        application__suspended_at=None,
        application__tenant__suspended_at=None,
    )


def target_of(row: DeviceCode) -> Target:
    """Return what a device asks for; `api` has to be loaded."""
    if row.api is None:
        return Target(None, admission.without_api(row.scope, "oauth"), row.scope)
    return Target(row.api.pk, row.api.identifier, row.scope)


def approve(
    row: DeviceCode,
    present: Standing,
) -> bool:
    """Let a device have what it asks for, by the login of who saw it.

    False where the request is over, or was decided; nothing changes then. Whoever calls
    has admitted the person (`admission.admit`). The consent of a third party's
    application is remembered. Records `DEVICE_APPROVED`. Not inside a transaction.
    """
    if waiting(row.pk) is None:
        return False
    user = User.objects.get(pk=present.user_id)
    if not row.application.is_first_party:
        consents.grant(user, row.application, target_of(row))
    with transaction.atomic():
        now = timezone.now()
        decided = _undecided(row).update(approved_at=now, login_id=present.login_id)
        if decided:
            _record(Action.DEVICE_APPROVED, row, user)
    return bool(decided)


def deny(
    row: DeviceCode,
    *,
    acting_user: User,
) -> bool:
    """Refuse a device; False where that was decided before. Records `DEVICE_DENIED`."""
    with transaction.atomic():
        decided = _undecided(row).update(denied_at=timezone.now())
        if decided:
            _record(Action.DEVICE_DENIED, row, acting_user)
    return bool(decided)


def _undecided(row: DeviceCode) -> QuerySet[DeviceCode]:
    return DeviceCode.objects.filter(
        pk=row.pk,
        used_at=None,
        approved_at=None,
        denied_at=None,
        expires_at__gt=timezone.now(),
    )


def _record(
    action: Action,
    row: DeviceCode,
    user: User,
) -> None:
    record(
        action,
        acting=user,
        target=user,
        tenant_id=row.application.tenant_id,
        succeeded=action is Action.DEVICE_APPROVED,
        details={
            "client_id": row.application.client_id,
            "scope": row.scope,
            "asked_from": row.ip or "",
        },
    )
