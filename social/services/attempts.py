"""Ways to a provider and back: begun once, taken once, in the same browser."""

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.utils import timezone

from config.encryption import decrypt, encrypt
from social import providers, upstream
from social.errors import AttemptOver
from social.models import Attempt, Connection
from social.upstream import Answer, Asked
from tokens.pages.doors import Aim

SECONDS = 900
_LONGEST_STATE = 128


@dataclass(frozen=True)
class Journey:
    """What a way is taken for: `aim`, where it goes on, and in whose name.

    `tenant_id` is that of the application it leads to. `sid` is the session that is renewed
    or whose account is connected.
    """

    aim: Aim
    next: str
    tenant_id: str
    sid: str = ""


@dataclass(frozen=True)
class Way:
    """An attempt as it was found: nothing of it is claimed yet."""

    attempt: Attempt
    asked: Asked
    journey: Journey

    @property
    def connection(self) -> Connection:
        """The connection that it leads over."""
        return self.attempt.connection


def begin(
    connection: Connection,
    journey: Journey,
    *,
    browser: str,
    redirect_uri: str,
) -> str:
    """Begin a way; return the provider's URL to which the browser goes.

    `browser` is what its session holds. Raises `UpstreamFault`, `ProviderUnavailable`.
    """
    asked = Asked(
        redirect_uri=redirect_uri,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        fresh=journey.aim is not Aim.SIGN_IN,
        began=time.time(),
    )
    with upstream.place(connection):
        url = upstream.begin(connection, asked)
    kept = {"asked": asdict(replace(asked, state="")), "journey": asdict(journey)}
    Attempt.objects.create(
        digest=digest_of(asked.state),
        browser=digest_of(browser),
        connection=connection,
        sealed=encrypt(json.dumps(kept)),
        expires_at=timezone.now() + timedelta(seconds=SECONDS),
    )
    return url


def look(
    provider_id: str,
    *,
    state: str,
    browser: str,
) -> Way:
    """Return the way that comes back to a connection's callback; changes nothing.

    Raises `AttemptOver` where it is no way of this browser's, or over.
    """
    if not browser or len(state) > _LONGEST_STATE:
        raise AttemptOver
    rows = Attempt.objects.select_related("connection__tenant")
    attempt = rows.filter(
        digest=digest_of(state),
        browser=digest_of(browser),
        connection__provider_id=provider_id,
        connection__suspended_at=None,
        claimed_at=None,
        expires_at__gt=timezone.now(),
    ).first()
    if attempt is None:
        raise AttemptOver
    kept = json.loads(decrypt(attempt.sealed))
    journey = Journey(**{**kept["journey"], "aim": Aim(kept["journey"]["aim"])})
    return Way(attempt, Asked(**{**kept["asked"], "state": state}), journey)


def claim(way: Way) -> None:
    """Use a way up. Raises `AttemptOver` for whoever comes second."""
    rows = Attempt.objects.filter(pk=way.attempt.pk, claimed_at=None)
    now = timezone.now()
    if not rows.filter(expires_at__gt=now).update(claimed_at=now, sealed="", answer=""):
        raise AttemptOver


def leave(
    provider_id: str,
    *,
    state: str,
    answer: Answer,
) -> None:
    """Keep what a provider posted, until the browser comes with its cookie and takes it.

    A form of another site brings no cookie along. Raises `AttemptOver`, also for a provider
    that posts none.
    """
    open_ones = Attempt.objects.filter(
        digest=digest_of(state[:_LONGEST_STATE]),
        connection__provider_id=provider_id,
        connection__provider__in=providers.posting(),
        answer="",
        claimed_at=None,
        expires_at__gt=timezone.now(),
    )
    ids = list(open_ones.values_list("pk", flat=True))
    sealed = encrypt(json.dumps(asdict(answer)))
    if not Attempt.objects.filter(pk__in=ids, answer="").update(answer=sealed):
        raise AttemptOver


def left(way: Way) -> Answer | None:
    """Return what a provider posted for a way; None for nothing."""
    sealed = way.attempt.answer
    return Answer(**json.loads(decrypt(sealed))) if sealed else None


def digest_of(secret: str) -> str:
    """Return under what a secret is found again."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
