"""ID tokens that apps were given by Google or Apple: good once, for one nonce.

The app makes the nonce, gives it to the provider, and sends it here with the token.
"""

from dataclasses import dataclass, replace

from accounts import flows
from accounts.flows import pending
from accounts.models import User
from social import providers, upstream
from social.errors import ProviderUnknown, UpstreamFault
from social.models import Connection, Identity
from social.services import arrivals, identities
from social.upstream import Vouched
from tenants import admission
from tenants.models import Application
from tokens.models import Session
from tokens.services import entrances


@dataclass(frozen=True)
class Shown:
    """What an app sends: whose `provider_id`, its ID token, and the nonce asked for."""

    provider_id: str
    id_token: str
    nonce: str


def enter(
    shown: Shown,
    *,
    client_id: str | None,
    audience: str | None,
) -> Session | flows.Pending:
    """Sign somebody in over REST by an ID token of Google's or Apple's.

    Raises `RestLoginNotAllowed`, `ProviderUnknown`, `UpstreamFault` (recorded),
    `ProviderUnavailable`, `LinkRequired`, `EmailUnproven`, `RegistrationClosed`, and as
    `entrances.enter` does.
    """
    entrance = entrances.rest(client_id, audience)
    connection = connection_of(shown.provider_id, entrance.application)
    vouched = _vouched(connection, shown)
    by_way = replace(
        entrance, connection=connection.provider_id, bound_to=connection.tenant_id
    )
    return arrivals.enter(
        connection,
        vouched,
        by_way,
        admit=lambda: admission.admit_registration(entrance.application),
    )


def link(
    user: User,
    application: Application,
    shown: Shown,
) -> Identity:
    """Connect whom an ID token names to one's own account.

    Whoever calls this has seen a fresh proof of who `user` is. Raises as `enter` and
    `identities.link` do.
    """
    connection = connection_of(shown.provider_id, application)
    return identities.link(user, connection, _vouched(connection, shown))


def connection_of(
    provider_id: str,
    application: Application,
) -> Connection:
    """Return a connection that an application offers, and whose tokens apps may send.

    Raises `ProviderUnknown`.
    """
    rows = Connection.objects.open_to(application.tenant_id)
    found = rows.filter(provider_id=provider_id).first()
    if found is None or not providers.preset_of(found).native:
        raise ProviderUnknown
    return found


def _vouched(
    connection: Connection,
    shown: Shown,
) -> Vouched:
    """Return whom a token vouches for, and use it up. Raises `UpstreamFault` (recorded)."""
    try:
        with upstream.place(connection):
            vouched, nonce = upstream.of_id_token(
                connection, shown.id_token, nonce=shown.nonce
            )
        if (
            pending.spend("id_token", str(connection.pk), vouched.subject, nonce)
            is None
        ):
            raise UpstreamFault("nonce", "used before")
    except UpstreamFault as fault:
        arrivals.refuse(connection, fault)
        raise
    return vouched
