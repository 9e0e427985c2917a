"""Assertions of a registered client, shown and refused."""

from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError

from accounts.models import SpentCode
from tenants.models import Application
from tests.factories import ApplicationFactory
from tests.tokens.oidc.signers import TOKEN, claims_of, jwks, signer
from tokens.oidc.assertions import METHOD, REFUSAL, ClientAssertion

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALL = ("RS256", "PS256", "ES256", "EdDSA")


class Client:
    """As much of a client as an assertion asks for."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def check_endpoint_auth_method(
        self,
        method: str,
        endpoint: str,
    ) -> bool:
        """Tell whether it is registered for a key."""
        return method == METHOD and self.application.client_authentication == METHOD


class Asked:
    """As much of a request as an assertion asks for."""

    client: Any = None

    def __init__(
        self,
        form: dict[str, str],
        uri: str = TOKEN,
    ) -> None:
        self.form = form
        self.uri = uri


def registered() -> Application:
    """Return an application with one key of each algorithm."""
    keys = jwks(*(signer(algorithm, kid=algorithm) for algorithm in ALL))
    made: Application = ApplicationFactory(
        type="web", client_authentication=METHOD, jwks=keys
    )
    return made


def find(client_id: str) -> Client | None:
    """Return the client of an id."""
    row = Application.objects.filter(client_id=client_id).first()
    return Client(row) if row else None


def show(
    assertion: Any,
    uri: str = TOKEN,
    **form: str,
) -> str:
    """Return the client that an assertion proves."""
    parameters = {"client_assertion_type": TYPE, "client_assertion": assertion, **form}
    request = Asked(parameters, uri)
    try:
        client = ClientAssertion()(find, request)
    except InvalidClientError as refusal:
        assert refusal.description == REFUSAL
        assert refusal.error == "invalid_client"
        assert request.client is None
        raise
    assert request.client is client
    return str(client.application.client_id)


def refused(
    assertion: Any,
    **form: str,
) -> None:
    """See an assertion refused like every other, and no `jti` used up."""
    with pytest.raises(InvalidClientError):
        show(assertion, **form)
    assert not SpentCode.objects.exists()


def good(
    application: Application,
    algorithm: str = "ES256",
    **changed: Any,
) -> str:
    """Return a good assertion, but for the claims `changed`."""
    claims = claims_of(application.client_id, **changed)
    return signer(algorithm, kid=algorithm).sign(claims)
