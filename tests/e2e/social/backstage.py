"""`python -m tests.e2e.social.backstage`: what operators do and see, beside a server.

Runs in the server's settings as long as the tests do. Each line of standard input is an act
and what it is given, in JSON; each line of standard output is its answer.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import django


def perform(play: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Make people and applications; return what they are told."""
    from tests.e2e.oidc import cast

    return cast.perform(play)


def connect(
    provider_id: str,
    **traits: Any,
) -> str:
    """Add an OpenID provider of everybody's; return its callback URL."""
    from social.pages import ways
    from social.services.connections import create_connection

    create_connection("oidc", provider_id, tenant=None, acting_user=None, **traits)
    return ways.callback_url(provider_id)


def check(provider_id: str) -> list[tuple[bool, str]]:
    """Test a connection; return of each finding whether it is right, and what it says."""
    from social.models import Connection
    from social.pages import ways
    from social.services.checking import check_connection

    found = check_connection(
        Connection.objects.get(provider_id=provider_id),
        redirect_uri=ways.callback_url(provider_id),
    )
    return [(finding.works, finding.detail) for finding in found]


def suspend(client_id: str) -> None:
    """Let an application do nothing any more."""
    from tenants.services.applications import application_of, suspend_application

    suspend_application(application_of(client_id), acting_user=None)


def add_app(email: str) -> str:
    """Give somebody an authenticator app; return its secret."""
    from accounts.models import User
    from tests.authenticators import has_app

    return has_app(User.objects.get(email=email)).secret


def mail(to: str) -> str:
    """Return the newest letter to an address."""
    from tests.mailbox import last_mail

    return last_mail(to).text


def account(email: str) -> dict[str, Any] | None:
    """Return what there is of somebody: their way in, and who they are elsewhere."""
    from accounts.flows import verification
    from accounts.models import User

    user = User.objects.filter(email=email).first()
    if user is None:
        return None
    return {
        "id": str(user.pk),
        "name": user.name,
        "has_password": user.has_usable_password(),
        "is_verified": verification.is_verified(user.pk),
        "identities": {
            str(identity.connection): identity.subject
            for identity in user.identities.select_related("connection")
        },
    }


def kept_tokens(email: str) -> dict[str, str]:
    """Return the provider's tokens that are kept of somebody."""
    from config.encryption import decrypt
    from social.models import Identity

    [identity] = Identity.objects.filter(user__email=email).exclude(tokens="")
    found: dict[str, str] = json.loads(decrypt(identity.tokens))
    return found


def refusals(provider_id: str) -> list[str]:
    """Return which checks of a connection failed, the last first."""
    from accounts.audit.actions import Action
    from accounts.audit.models import Event

    rows = Event.objects.filter(action=Action.PROVIDER_REFUSED)
    mine = rows.filter(details__connection=provider_id)
    return [event.outcome for event in mine.order_by("-id")]


_ACTS: tuple[Callable[..., Any], ...] = (
    *(perform, connect, check, suspend, add_app),
    *(mail, account, kept_tokens, refusals),
)


def main() -> None:
    """Answer until there is nothing more to do."""
    django.setup()
    acts = {act.__name__: act for act in _ACTS}
    for line in sys.stdin:
        name, given = json.loads(line)
        print(json.dumps(acts[name](**given)), flush=True)


if __name__ == "__main__":
    main()
