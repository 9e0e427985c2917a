"""What a service that manages may do, deed by deed; `docs/matrix.md` publishes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from tenants.models import Application, Membership, Role, Tenant
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tests.tenants.managers import built_in, manager_of
from tokens.models import SigningKey

API = "/api/v1"
HERE, ELSEWHERE, HOME = (
    f"{API}/tenants/{slug}" for slug in ("acme", "else", "default")
)
USERS, KEYS = f"{API}/users", f"{API}/signing-keys"


@dataclass(frozen=True)
class World:
    """A tenant with its service, one beside it, the instance's service, and people."""

    clerk: Application
    machine: Application
    ours: Application
    theirs: Application
    person: User
    operator: User
    member: Membership
    operators: Membership
    role: Role


def make_world() -> World:
    """Return the world; its tenants are `acme`, `else` and `default`."""
    tenant: Tenant = TenantFactory(slug="acme")
    TenantFactory(slug="else")
    operator = UserFactory(is_superuser=True)
    UserFactory(is_superuser=True)  # else the last one is kept whoever asks
    return World(
        clerk=manager_of(tenant),
        machine=manager_of(built_in(), "instance"),
        ours=ApplicationFactory(tenant=tenant, is_first_party=True),
        theirs=ApplicationFactory(tenant=tenant, is_first_party=False),
        person=UserFactory(),
        operator=operator,
        member=MembershipFactory(tenant=tenant),
        operators=MembershipFactory(tenant=tenant, user=operator),
        role=RoleFactory(tenant=tenant, name="cook"),
    )


Ask = Callable[[APIClient, World], Any]


@dataclass(frozen=True)
class Deed:
    """Something asked of the API, and which services may."""

    name: str
    ask: Ask
    tenant: bool
    instance: bool


def to(
    method: str,
    path: Callable[[World], str] | str,
    body: Callable[[World], dict[str, Any]] | dict[str, Any] | None = None,
) -> Ask:
    """Return a request, whose path and body may depend on the world."""

    def ask(
        caller: APIClient,
        world: World,
    ) -> Any:
        at = path if isinstance(path, str) else path(world)
        sent = body(world) if callable(body) else body
        return getattr(caller, method)(at, sent, format="json")

    return ask


def _user(world: World) -> str:
    return f"{USERS}/{world.person.pk}"


def _operator(world: World) -> str:
    return f"{USERS}/{world.operator.pk}"


def _application(
    which: str,
    more: str = "",
) -> Callable[[World], str]:
    return lambda w: f"{HERE}/applications/{getattr(w, which).client_id}{more}"


def _membership(which: str) -> Callable[[World], str]:
    return lambda world: f"{HERE}/memberships/{getattr(world, which).pk}"


def _new(**traits: Any) -> dict[str, Any]:
    return {"name": "X", "type": "service", "is_first_party": True, **traits}


def _key(world: World) -> str:
    return f"{KEYS}/{SigningKey.objects.earliest('id').kid}/revoke"


NAME: dict[str, Any] = {"name": "Named"}
NEW = {"email": "new@example.com"}
DEEDS = [
    Deed("change its tenant's name or policy", to("patch", HERE, NAME), True, True),
    Deed(
        "read the tenant's audit trail", to("get", f"{HERE}/audit-events"), True, True
    ),
    Deed("write a role", to("post", f"{HERE}/roles", NAME), True, True),
    Deed(
        "invite somebody to a tenant",
        to("post", f"{HERE}/invitations", NEW),
        True,
        True,
    ),
    Deed(
        "change the roles of a member",
        to("patch", _membership("member"), {"roles": ["cook"]}),
        *(True, True),
    ),
    Deed(
        "write a third party's application",
        to("patch", _application("theirs"), NAME),
        *(True, True),
    ),
    Deed("see or touch another tenant", to("patch", ELSEWHERE, NAME), False, True),
    Deed("make a tenant", to("post", f"{API}/tenants", {"slug": "new"}), False, True),
    Deed("suspend a tenant", to("post", f"{ELSEWHERE}/suspend"), False, True),
    Deed(
        "make somebody a member unasked",
        to("post", f"{HERE}/memberships", lambda w: {"user_id": str(w.person.pk)}),
        *(False, True),
    ),
    Deed("list the people of the instance", to("get", USERS), False, True),
    Deed(
        "make a person, and mail them a link",
        to("post", USERS, {**NEW, "send_invite": True}),
        *(False, True),
    ),
    Deed("change a person's name", to("patch", _user, NAME), False, True),
    Deed("disable a person", to("post", lambda w: f"{_user(w)}/disable"), False, True),
    Deed(
        "end a person's sessions",
        to("delete", lambda w: f"{_user(w)}/sessions"),
        *(False, True),
    ),
    Deed(
        "remove a person's second factors",
        to("post", lambda w: f"{_user(w)}/reset-mfa"),
        *(False, True),
    ),
    Deed("erase a person", to("delete", _user), False, True),
    Deed(
        "take the signing keys one step on",
        to("post", f"{KEYS}/rotate", {"now": False}),
        *(False, True),
    ),
    Deed("change an operator's name", to("patch", _operator, NAME), False, False),
    Deed(
        "disable an operator",
        to("post", lambda w: f"{_operator(w)}/disable"),
        *(False, False),
    ),
    Deed(
        "remove an operator's second factors",
        to("post", lambda w: f"{_operator(w)}/reset-mfa"),
        *(False, False),
    ),
    Deed("erase an operator", to("delete", _operator), False, False),
    Deed(
        "change an operator's membership",
        to("delete", _membership("operators")),
        *(False, False),
    ),
    Deed(
        "make a superuser",
        to("post", USERS, {**NEW, "is_superuser": True}),
        *(False, False),
    ),
    Deed(
        "write a first-party application",
        to("patch", _application("ours"), NAME),
        *(False, False),
    ),
    Deed(
        "make an application that manages",
        to("post", f"{HERE}/applications", _new(manages="tenant")),
        *(False, False),
    ),
    Deed(
        "give a service that manages another secret",
        to("post", _application("clerk", "/secrets")),
        *(False, False),
    ),
    Deed(
        "waive the second factor where operators sign in",
        to("patch", HOME, {"mfa_required": False}),
        *(False, False),
    ),
    Deed("revoke a signing key", to("post", _key), False, False),
    Deed(
        "sign with a key that nobody knows yet",
        to("post", f"{KEYS}/rotate", {"now": True}),
        *(False, False),
    ),
    Deed("have an account of its own", to("get", f"{API}/users/me"), False, False),
]


def published() -> list[str]:
    """Return the table as lines of Markdown."""
    words = {True: "yes", False: "no"}
    rows = [f"| {d.name} | {words[d.tenant]} | {words[d.instance]} |" for d in DEEDS]
    return [
        "## What a managing service may",
        "",
        "Generated from `tests/tokens/managing.py`; `tests/tokens/test_managing.py` asks for each with a",
        "token of the service itself. An operator is a superuser, or staff of the console. No service may",
        "do to one what only people may ([why](integrating.md#7-management)).",
        "",
        "| deed | `manages` a tenant | `manages` the instance |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]
