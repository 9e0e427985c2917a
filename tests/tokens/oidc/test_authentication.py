"""Client authentication: one way at a time, one answer to every fault, each counted."""

import base64
import logging
from datetime import timedelta
from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tenants.models import Application, ApplicationSecret
from tenants.services import applications, secrets, tenants
from tests.tokens.oidc.confidential import ask, basic, service
from tests.tokens.oidc.party import Party, client_application
from tokens.oidc import authentication
from tokens.oidc.requests import Request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def party() -> Party:
    return service()


def refused(
    response: Any,
    status: int,
) -> bool:
    """Tell whether a response is the one answer to whoever is not authenticated."""
    told = {
        "error": "invalid_client",
        "error_description": "The client is not authenticated.",
    }
    assert response["Cache-Control"] == "no-store"
    return (response.status_code, response.json()) == (status, told)


@pytest.mark.spec("RFC 6749 2.3.1")
def test_a_secret_is_shown_in_the_header_or_in_the_body(party: Party) -> None:
    client_id = party.application.client_id
    header = basic(client_id, party.secret)
    assert ask(header).status_code == 200
    assert ask(header.replace("Basic", "bAsIc")).status_code == 200
    assert ask(header, client_id=client_id).status_code == 200
    shown = {"client_id": client_id, "client_secret": party.secret}
    assert ask(**shown).status_code == 200


@pytest.mark.spec("RFC 6749 2.3.1")
def test_id_and_secret_are_form_encoded_in_the_header() -> None:
    party = service(client_id="a b:c%+é")
    assert ask(basic("a b:c%+é", party.secret)).status_code == 200
    raw = base64.b64encode(f"a b:c%+é:{party.secret}".encode()).decode()
    assert refused(ask(f"Basic {raw}"), 401)


@pytest.mark.spec("RFC 6749 2.3")
def test_two_ways_at_once_are_refused_even_where_both_are_right(party: Party) -> None:
    client_id = party.application.client_id
    header = basic(client_id, party.secret)
    shown = {"client_id": client_id, "client_secret": party.secret}
    response = ask(header, **shown)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    for more in ({"client_assertion": "a.b.c"}, {"client_secret": "x"}):
        assert ask(header, **more).json()["error"] == "invalid_request"


@pytest.mark.spec("RFC 6749 5.2")
def test_who_fails_by_the_header_is_asked_for_one(party: Party) -> None:
    wrong = basic(party.application.client_id, "ntts_wrong")
    response = ask(wrong)
    assert refused(response, 401)
    assert response["WWW-Authenticate"].startswith("Basic ")
    in_body = ask(client_id=party.application.client_id, client_secret="ntts_wrong")
    assert refused(in_body, 400) and "WWW-Authenticate" not in in_body


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic \u00e9",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"%00:%00").decode(),
        "Basic " + base64.b64encode(b"%ED%A0%80:x").decode(),
        "Basic " + base64.b64encode("\U0001f600:\U0001f600".encode()).decode(),
        "Basic " + base64.b64encode(b"x" * 5000 + b":y").decode(),
        "Bearer abc",
        "Digest x",
        "x",
    ],
)
@pytest.mark.spec("RFC 6749 2.3.1")
def test_a_header_that_is_none_is_refused(header: str) -> None:
    assert refused(ask(header), 401)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"client_id": "nobody"},
        {"client_secret": "x"},
        {"client_id": "nobody", "client_secret": "x"},
        {"client_id": "x" * 5000, "client_secret": "x"},
        {"client_id": "\U0001f600", "client_secret": "\U0001f600"},
        {"client_assertion": "a.b.c"},
        {"client_id": "nobody", "client_assertion": "x" * 5000},
    ],
)
@pytest.mark.spec("RFC 6749 5.2")
def test_a_client_that_is_none_is_refused(form: dict[str, str]) -> None:
    response = ask(**form)
    assert response.status_code in (400, 401)
    assert response.json()["error"] == "invalid_client"


@pytest.mark.spec("RFC 6749 2.3")
def test_a_client_that_has_a_secret_shows_it(party: Party) -> None:
    assert refused(ask(client_id=party.application.client_id), 400)
    public = client_application()
    shown = {"client_id": public.client_id, "client_secret": party.secret}
    assert refused(ask(**shown), 400), "and who has none shows none"
    assert refused(ask(basic(public.client_id, "")), 401)


@pytest.mark.spec("RFC 6749 2.3")
def test_a_secret_is_worth_nothing_to_who_signs_with_a_key(party: Party) -> None:
    Application.objects.update(client_authentication="private_key_jwt")
    assert refused(ask(basic(party.application.client_id, party.secret)), 401)


@pytest.mark.spec("RFC 6749 3.2.1")
def test_the_client_named_is_the_one_that_authenticates(party: Party) -> None:
    other = service()
    header = basic(party.application.client_id, party.secret)
    assert refused(ask(header, client_id=other.application.client_id), 401)
    shown = {"client_id": other.application.client_id, "client_secret": party.secret}
    assert refused(ask(**shown), 400)


@pytest.mark.parametrize("lost", ["suspended", "tenant", "deleted", "revoked", "over"])
@pytest.mark.spec("RFC 6749 2.3.1")
def test_what_was_taken_away_authenticates_nobody(
    party: Party,
    lost: str,
) -> None:
    application, row = party.application, ApplicationSecret.objects.get()
    match lost:
        case "suspended":
            applications.suspend_application(application, acting_user=None)
        case "tenant":
            tenants.suspend_tenant(application.tenant, acting_user=None)
        case "deleted":
            applications.delete_application(application, acting_user=None)
        case "revoked":
            secrets.revoke_secret(application, secret_id=row.pk, acting_user=None)
        case "over":
            past = timezone.now() - timedelta(seconds=1)
            ApplicationSecret.objects.update(expires_at=past)
    assert refused(ask(basic(application.client_id, party.secret)), 401)
    shown = {"client_id": application.client_id, "client_secret": party.secret}
    assert refused(ask(**shown), 400)


def test_a_failure_is_written_down_without_what_was_shown(
    party: Party,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client_id = party.application.client_id
    with caplog.at_level(logging.DEBUG):
        ask(basic(client_id, "ntts_canary"))
        ask(client_id=client_id, client_secret="ntts_canary")
        ask(client_id=client_id, client_assertion="ntts_canary.x.y")
        ask(client_id="nobody-canary", client_secret="x")
    events = list(Event.objects.filter(action=Action.CLIENT_REFUSED).order_by("id"))
    assert [event.outcome for event in events] == [
        "client refused, method client_secret_basic",
        "client refused, method client_secret_post",
        "client refused, method private_key_jwt",
        "client refused, method client_secret_post",
    ]
    known, unknown = events[0], events[-1]
    assert not known.succeeded
    assert known.target_id == str(party.application.pk)
    assert known.tenant_id == party.application.tenant_id
    assert (unknown.target_id, unknown.tenant_id) == ("", None)
    written = "".join(str(vars(event)) for event in events)
    assert "canary" not in written and party.secret not in written
    assert "canary" not in caplog.text


def test_failures_are_counted_by_address_and_successes_are_not(
    party: Party,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1h"}
    right = basic(party.application.client_id, party.secret)
    wrong = basic(party.application.client_id, "ntts_wrong")
    for _ in range(3):
        assert ask(right).status_code == 200
    assert [ask(wrong).status_code for _ in range(3)] == [401, 401, 429]
    response = ask(wrong)
    assert response.json()["error"] == "rate_limited"
    assert int(response["Retry-After"]) > 0
    assert Event.objects.filter(action=Action.CLIENT_REFUSED).count() == 2
    assert ask(right).status_code == 200, "who shares the address goes on working"


def test_a_good_client_is_noted_in_the_request() -> None:
    public = client_application()
    given = {"client_id": public.client_id}
    request = Request("POST", "/oauth/token", given)
    client = authentication.authenticate(request)
    assert client.application == public
    assert (request.client, request.auth_method) == (client, "none")
    with pytest.raises(InvalidClientError):
        authentication.authenticate(Request("POST", "/oauth/token", {}))


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a\x00b", "Nobody", "\U0001f600"])
def test_what_is_no_id_finds_nobody(client_id: str) -> None:
    client_application(client_id="nobody")
    assert authentication.find(client_id) is None
