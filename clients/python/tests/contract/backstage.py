"""Runs beside the real server, with its Python and its settings: what an operator does.

Reads one JSON line `[action, arguments]` after the other, and answers each with a line.
"""

import json
import sys
from typing import Any

import django

AUDIENCE = "https://api.example.com/orders"
PERSON = {"email": "ada@example.com", "password": "a passphrase of her own"}


def stage() -> dict[str, Any]:
    """Make a tenant with an API, two applications and a person."""
    from accounts.services.users import NewUser, create_user
    from tenants.services.apis import Scope, create_api
    from tenants.services.applications import create_application
    from tenants.services.memberships import add_member
    from tenants.services.roles import create_role
    from tenants.services.tenants import create_tenant

    tenant = create_tenant("shop", acting_user=None)
    scopes = [Scope(name=n, description=n) for n in ("orders:read", "orders:write")]
    create_api(AUDIENCE, tenant=tenant, acting_user=None, name="Orders", scopes=scopes)
    role = create_role(
        tenant, acting_user=None, name="editor", api_permissions=["orders:refund"]
    )
    person = create_user(NewUser(**PERSON, verified=True), acting_user=None)
    add_member(person, tenant=tenant, acting_user=None, roles=[role])
    common: dict[str, Any] = {"is_first_party": True, "audiences": [AUDIENCE]}
    web = create_application(tenant, acting_user=None, name="web", type="spa", **common)
    machine = create_application(
        tenant, acting_user=None, name="machine", type="service", **common
    )
    return {
        "web": web.application.client_id,
        "machine": [machine.application.client_id, machine.secret],
    }


def revoke(
    kind: str,
    identity: str,
) -> None:
    """Do what makes the server write a row of this kind."""
    from tenants.models import Application, Membership, Tenant
    from tenants.services import applications, memberships, tenants

    from tokens.models import SigningKey
    from tokens.services import keys

    nobody: dict[str, Any] = {"acting_user": None}
    if kind == "user":
        from accounts.models import User
        from accounts.services import disable_user, enable_user

        enable_user(disable_user(User.objects.get(id=identity), **nobody), **nobody)
    elif kind == "membership":
        tenant, _, sub = identity.partition(":")
        member = Membership.objects.get(tenant_id=tenant, user_id=sub)
        held = list(member.roles.all())
        memberships.change_membership(member, roles=[], **nobody)
        memberships.change_membership(member, roles=held, **nobody)
    elif kind == "application":
        application = Application.objects.get(client_id=identity)
        applications.suspend_application(application, **nobody)
        applications.resume_application(application, **nobody)
    elif kind == "tenant":
        whole = Tenant.objects.get(id=identity)
        tenants.suspend_tenant(whole, **nobody)
        tenants.resume_tenant(whole, **nobody)
    else:
        keys.revoke_signing_key(SigningKey.objects.get(kid=identity), **nobody)


def rotate_keys() -> None:
    """Sign with the next keys."""
    from tokens.services import keys

    keys.rotate_signing_keys(acting_user=None, now=True)


def restart_feed() -> None:
    """Let every cursor be gone."""
    from tokens.services.feed import restart_feed

    restart_feed(acting_user=None)


ACTIONS = {
    "stage": stage,
    "revoke": revoke,
    "rotate_keys": rotate_keys,
    "restart_feed": restart_feed,
}

if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(ACTIONS[name](*arguments)), flush=True)
