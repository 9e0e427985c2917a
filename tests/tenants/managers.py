"""Applications that manage, and callers with a token of theirs."""

from typing import Any

from django.conf import settings
from rest_framework.test import APIClient

from tenants.builtins import ensure_built_ins
from tenants.models import BUILT_IN, Application, Tenant
from tests.factories import ApplicationFactory
from tokens import minting
from tokens.oidc import targets


def built_in() -> Tenant:
    """Return the tenant `default`."""
    ensure_built_ins()
    return Tenant.objects.get(slug=BUILT_IN)


def manager_of(
    tenant: Tenant,
    manages: str = "tenant",
    **traits: Any,
) -> Application:
    """Return a service of `tenant` that manages it."""
    made: Application = ApplicationFactory(
        **{
            "tenant": tenant,
            "type": Application.Type.SERVICE,
            "grants": ["client_credentials"],
            "scopes": [],
            "manages": manages,
            **traits,
        }
    )
    return made


def token_of(application: Application) -> str:
    """Return an access token of the application itself for the identity API."""
    target = targets.of_service(
        application, scope="manage", resource=settings.IDENTITY_API
    )
    return minting.issue_to(application, target).access_token


def bearing(token: str) -> APIClient:
    """Return a caller with this access token."""
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return caller


def as_service(application: Application) -> APIClient:
    """Return a caller with a token of the application itself."""
    return bearing(token_of(application))


def met(answer: Any) -> tuple[int, str]:
    """Return status and code of an answer."""
    body = answer.json() if answer.content else {}
    return answer.status_code, body.get("code", "")
