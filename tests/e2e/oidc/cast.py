"""`python -m tests.e2e.oidc.cast`: make the people and applications of a play.

Runs beside the server, in its settings. The play is JSON on standard input; what clients
and people are told is JSON on standard output, by name.
"""

import json
import sys
from typing import Any

import django


def perform(play: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Make everybody through the services, so that all of it is allowed."""
    from accounts.services.users import NewUser, create_user
    from tenants.services.apis import Scope, create_api
    from tenants.services.applications import create_application
    from tenants.services.tenants import create_tenant

    told = {}
    tenant = create_tenant(
        "shop", acting_user=None, registration="open", verification_required=False
    )
    for identifier, scopes in play["apis"].items():
        listed = [Scope(name=name, description=name) for name in scopes]
        create_api(
            identifier, tenant=tenant, acting_user=None, name="Orders", scopes=listed
        )
    for name, person in play["people"].items():
        new = NewUser(**person, name=name.title(), verified=True)
        create_user(new, acting_user=None)
        told[name] = person
    for name, traits in play["applications"].items():
        made = create_application(tenant, acting_user=None, **{"name": name, **traits})
        told[name] = {
            "client_id": made.application.client_id,
            "client_secret": made.secret,
        }
    return told


if __name__ == "__main__":
    django.setup()
    print(json.dumps(perform(json.load(sys.stdin))))
