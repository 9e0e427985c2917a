"""APIs: the audiences that tokens are made for, and who may ask for such tokens."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import ProtectedError

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_superuser
from config.errors import Conflict
from tenants import validation
from tenants.models import Api, ApplicationApi, Tenant
from tenants.permissions import Permission, require
from tenants.services.tenants import one_of_a_kind
from tenants.signals import api_deleted

TAKEN = "This identifier is taken."
USED = "Applications use this API: take it from them first."


class Scope(TypedDict):
    """One scope of an API."""

    name: str
    description: str


class Traits(TypedDict, total=False):
    """What can be said about an API."""

    name: str
    scopes: Sequence[Scope]


def _checked(traits: Traits) -> Traits:
    if "name" in traits:
        traits["name"] = validation.text("name", traits["name"])
    if "scopes" in traits:
        validation.scope_names("scopes", [scope["name"] for scope in traits["scopes"]])
        traits["scopes"] = [
            {"name": scope["name"], "description": _described(scope["description"])}
            for scope in traits["scopes"]
        ]
    return traits


def _described(text: str) -> str:
    return validation.text("scopes", text, maximum=255, blank=True)


def create_api(
    identifier: str,
    *,
    tenant: Tenant,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Api:
    """Register an API; needs `apis:write`. Identifiers are unique across the instance.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    require(acting_user, tenant, Permission.APIS_WRITE)
    validation.identifier(identifier)
    wanted = {"name": identifier[:150], **_checked(traits)}
    api = Api(tenant=tenant, identifier=identifier, **wanted)
    taken = Api.objects.filter(identifier=identifier)
    with one_of_a_kind(taken, TAKEN), transaction.atomic():
        api.save(force_insert=True)
        record(Action.API_CREATED, acting=acting_user, target=api, tenant_id=tenant.pk)
    return api


def change_api(
    api: Api,
    *,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Api:
    """Change an API's name or scopes; needs `apis:write`.

    A scope that goes is missing from the next token; applications keep the word for it.
    """
    require(acting_user, api.tenant, Permission.APIS_WRITE)
    wanted = _checked(traits)
    changed = sorted(n for n, v in wanted.items() if getattr(api, n) != v)
    if changed:
        with transaction.atomic():
            Api.objects.filter(pk=api.pk).update(**wanted)
            record(
                Action.API_CHANGED,
                acting=acting_user,
                target=api,
                tenant_id=api.tenant_id,
                details={"changed": changed},
            )
    api.refresh_from_db()
    return api


def share_api(
    api: Api,
    *,
    tenants: Sequence[Tenant],
    acting_user: User | None,
) -> Api:
    """Let the applications of exactly these other tenants ask for it; superusers only."""
    require_superuser(acting_user)
    others = [tenant for tenant in tenants if tenant.pk != api.tenant_id]
    with transaction.atomic():
        before = set(api.shared_with.values_list("pk", flat=True))
        if before != {tenant.pk for tenant in others}:
            api.shared_with.set(others)
            record(
                Action.API_CHANGED,
                acting=acting_user,
                target=api,
                tenant_id=api.tenant_id,
                details={"shared_with": sorted(tenant.slug for tenant in others)},
            )
    return api


def delete_api(
    api: Api,
    *,
    acting_user: User | None,
) -> None:
    """Delete an API that no application uses; sessions for it end.

    Needs `apis:write`. Raises `Forbidden`, and `Conflict` where one uses it.
    """
    require(acting_user, api.tenant, Permission.APIS_WRITE)
    try:
        with transaction.atomic():
            if ApplicationApi.objects.filter(api=api).exists():
                raise Conflict(USED)
            reason = Action.API_DELETED
            record(reason, acting=acting_user, target=api, tenant_id=api.tenant_id)
            api_deleted.send(Api, api=api, acting_user=acting_user, reason=reason)
            api.delete()
    except ProtectedError as error:
        raise Conflict(USED) from error
