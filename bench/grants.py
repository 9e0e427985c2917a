"""What is asked at `/oauth/`, of this service and of django-oauth-toolkit."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from bench.load import Answer
from bench.scenarios import HASHING, Clients, Person, Request, Scenario


@dataclass(frozen=True)
class Endpoints:
    """Where a server has what all of them have."""

    token: str
    introspect: str


ENDPOINTS = {
    "ours": Endpoints("/oauth/token", "/oauth/introspect"),
    "toolkit": Endpoints("/o/token/", "/o/introspect/"),
}


def basic(
    name: str,
    secret: str,
) -> str:
    """Return the header of `client_secret_basic`."""
    return f"Basic {b64encode(f'{name}:{secret}'.encode()).decode()}"


def client_id(header: str) -> str:
    """Return whose header that is."""
    return b64decode(header.partition(" ")[2]).decode().partition(":")[0]


def _asked(
    client: str,
    path: str,
    form: dict[str, str],
) -> Request:
    return Request("POST", path, form=form, headers={"Authorization": client})


def client_credentials(
    endpoints: Endpoints,
    client: str,
) -> Scenario:
    """Get an access token for the client itself."""
    asked = _asked(client, endpoints.token, {"grant_type": "client_credentials"})
    return Scenario(
        "oauth client_credentials", lambda person: asked, holds=b'"access_token"'
    )


def hashed_secret(
    endpoints: Endpoints,
    client: str,
) -> Scenario:
    """The same, where a password hash stands before the client's secret."""
    asked = _asked(client, endpoints.token, {"grant_type": "client_credentials"})
    return Scenario(
        "oauth client_credentials, hashed secret",
        lambda person: asked,
        holds=b'"access_token"',
        connections=HASHING,
    )


def refresh(
    endpoints: Endpoints,
    client: str,
) -> Scenario:
    """Exchange the refresh token of a grant; each person's client goes on with the new."""

    def ask(person: Person) -> Request:
        form = {"grant_type": "refresh_token", "refresh_token": person.granted_refresh}
        return _asked(client, endpoints.token, form)

    def learn(
        person: Person,
        answer: Answer,
    ) -> None:
        given = json.loads(answer.body)
        person.granted_refresh = given["refresh_token"]
        person.granted_access = given["access_token"]

    return Scenario("oauth refresh", ask, learn=learn)


def introspection(
    endpoints: Endpoints,
    client: str,
) -> Scenario:
    """Ask what an access token of a grant says."""

    def ask(person: Person) -> Request:
        return _asked(client, endpoints.introspect, {"token": person.granted_access})

    return Scenario("oauth introspection", ask, holds=b'"scope"')  # told of active ones


def suite(
    endpoints: Endpoints,
    clients: Clients,
) -> list[Scenario]:
    """Return what clients ask of a server."""
    found = [
        client_credentials(endpoints, clients.service),
        refresh(endpoints, clients.web),
        introspection(endpoints, clients.web),
    ]
    if clients.hashed:
        found.append(hashed_secret(endpoints, clients.hashed))
    return found
