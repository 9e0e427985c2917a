"""Clients with a secret, and how they show it."""

import base64
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.test import Client

from tenants.models import Application
from tenants.services.secrets import issue
from tests.tokens.oidc.party import Party, orders_application

FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"


def service(**traits: Any) -> Party:
    """Return a service that may get tokens for itself."""
    traits = {"type": Application.Type.SERVICE, "grants": [GRANT], **traits}
    made = orders_application(**{"is_first_party": False, **traits})
    return Party(made, secret=issue(made, acting_user=None).clear)


def basic(
    client_id: str,
    secret: str,
) -> str:
    """Return the header of RFC 6749 section 2.3.1: both are form-encoded."""
    plain = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(plain.encode()).decode()


def ask(
    authorization: str | None = None,
    path: str = "token",
    **form: str,
) -> Any:
    """POST a form as it is given; nothing is added but the grant."""
    headers = {"authorization": authorization} if authorization is not None else {}
    return Client(raise_request_exception=False).post(
        f"/oauth/{path}",
        urlencode({"grant_type": GRANT, **form}),
        content_type=FORM,
        headers=headers,
    )
