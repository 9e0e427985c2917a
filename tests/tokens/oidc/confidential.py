"""Clients that keep a secret, and what they ask of a token."""

import base64
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.test import Client

from tenants.models import Api, Application
from tenants.services.secrets import issue
from tests.tokens.oidc.bearers import FORM
from tests.tokens.oidc.party import GRANTS, Party, orders_application

GRANT = "client_credentials"
INACTIVE = {"active": False}


def with_secret(application: Application) -> Party:
    """Return a client of an application, with a secret of its own."""
    return Party(application, secret=issue(application, acting_user=None).clear)


def web(**traits: Any) -> Party:
    """Return a server-side client that signs people in, with an API of its tenant."""
    application = orders_application(
        **{"type": Application.Type.WEB, "grants": GRANTS, **traits}
    )
    return with_secret(application)


def service(**traits: Any) -> Party:
    """Return a client that acts for itself, with an API of its tenant."""
    application = orders_application(
        **{
            "type": Application.Type.SERVICE,
            "grants": [GRANT],
            "is_first_party": False,
            **traits,
        }
    )
    return with_secret(application)


def api_of(party: Party) -> Api:
    """Return a client's API."""
    found: Api = party.application.apis.get()
    return found


def told(
    party: Party,
    token: str,
    **given: Any,
) -> dict[str, Any]:
    """Return what introspection tells a client of a token."""
    response = party.post("introspect", token=token, **given)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "application/json"
    body: dict[str, Any] = response.json()
    return body


def raw(
    path: str,
    body: bytes,
    content_type: str = FORM,
    query: str = "",
    **headers: str,
) -> Any:
    """POST a body as it is."""
    return Client().post(
        f"/oauth/{path}{query}", body, content_type=content_type, headers=headers
    )


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
