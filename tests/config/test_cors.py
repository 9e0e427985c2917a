"""Browsers of an application's own origins may call the API, and nobody else's."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponseBase
from django.test import Client

from tenants import origins
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
HERE = "https://app.example.com"
ELSEWHERE = "https://evil.example.com"
LOGIN = "/api/v1/auth/login"


@pytest.fixture(autouse=True)
def _listed() -> Iterator[None]:
    ApplicationFactory(allowed_origins=[HERE])
    origins.forget()
    yield
    origins.forget()


def preflight(
    client: Client,
    origin: str,
    path: str = LOGIN,
) -> HttpResponseBase:
    """Ask as a browser does before it sends a JSON body."""
    return client.options(
        path,
        headers={
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        },
    )


def listed(
    answer: HttpResponseBase,
    name: str,
) -> set[str]:
    """Return a header's members in lower case."""
    return {word.strip().lower() for word in answer[name].split(",")}


def test_a_preflight_from_a_listed_origin_is_answered(client: Client) -> None:
    answer = preflight(client, HERE)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == HERE
    assert "post" in listed(answer, "Access-Control-Allow-Methods")
    assert listed(answer, "Access-Control-Allow-Headers") == {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-none-match",
        "x-requested-with",
    }
    assert answer["Vary"].lower() == "origin"
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    "origin",
    [ELSEWHERE, "null", HERE + ".evil.example", "http://app.example.com", "x", "["],
)
def test_a_preflight_from_elsewhere_is_not(
    client: Client,
    origin: str,
) -> None:
    answer = preflight(client, origin)
    assert answer.status_code < 500
    assert "Access-Control-Allow-Origin" not in answer


def test_an_answer_shows_a_listed_origin_what_it_needs(client: Client) -> None:
    answer = client.get("/api/v1/users/me", headers={"origin": HERE})
    assert answer.status_code == 401
    assert answer["Access-Control-Allow-Origin"] == HERE
    assert listed(answer, "Access-Control-Expose-Headers") == {
        "etag",
        "retry-after",
        "x-request-id",
    }


def test_an_answer_to_elsewhere_stays_unreadable(client: Client) -> None:
    answer = client.get("/api/v1/users/me", headers={"origin": ELSEWHERE})
    assert answer.status_code == 401
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Vary"].lower() == "origin"


@pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/account/setup/"])
def test_pages_are_opened_to_no_origin(
    client: Client,
    path: str,
) -> None:
    answer = client.get(path, headers={"origin": HERE})
    assert "Access-Control-Allow-Origin" not in answer
    assert "Access-Control-Allow-Origin" not in preflight(client, HERE, path)


def test_the_public_keys_are_for_every_origin(
    client: Client,
    keys: None,
) -> None:
    answer = client.get("/.well-known/jwks.json", headers={"origin": ELSEWHERE})
    assert answer["Access-Control-Allow-Origin"] == "*"
