"""Pushed authorization requests: left by their client, good once, for it alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from tenants.models import Application
from tenants.services import applications
from tenants.services.secrets import issue
from tests.conftest import Together
from tests.tokens.oidc.confidential import basic
from tests.tokens.oidc.party import (
    CALLBACK,
    Party,
    answer_of,
    browser_of,
    client_application,
)
from tests.tokens.oidc.sitting import decide, sign_in
from tests.tokens.pages.browsers import Browser
from tokens.oidc.models import AuthorizationCode, PushedRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def web() -> Party:
    """A client with a secret."""
    made = client_application(type=Application.Type.WEB)
    return Party(made, secret=issue(made, acting_user=None).clear)


def push(
    party: Party,
    **given: Any,
) -> Any:
    """Push a request; return our answer."""
    return party.post("par", **party.request(**given))


def pushed(
    party: Party,
    **given: Any,
) -> str:
    """Push a good request; return what names it."""
    response = push(party, **given)
    assert response.status_code == 201, response.content
    return str(response.json()["request_uri"])


def open_pushed(
    browser: Any,
    party: Party,
    request_uri: str,
    **more: str,
) -> Any:
    """Send a browser to us with nothing but what names the request."""
    named = {"client_id": party.application.client_id, "request_uri": request_uri}
    return browser.get("/oauth/authorize", {**named, **more})


@pytest.mark.spec("RFC 9126 2.2", "RFC 9126 4")
def test_a_pushed_request_is_answered_as_any_other(
    web: Party,
    ann: User,
) -> None:
    response = push(web, nonce="n1")
    body = response.json()
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    assert set(body) == {"request_uri", "expires_in"} and body["expires_in"] == 90
    answer = answer_of(open_pushed(browser_of(ann), web, body["request_uri"]))
    assert answer["state"] == "a state"
    assert web.exchange(answer["code"]).status_code == 200
    assert AuthorizationCode.objects.get().nonce == "n1"


@pytest.mark.spec("RFC 9126 2")
def test_a_public_client_pushes_by_its_id_and_one_with_a_secret_shows_it(
    party: Party,
    web: Party,
) -> None:
    assert push(party).status_code == 201
    assert push(Party(web.application)).json()["error"] == "invalid_client"
    assert push(Party(web.application, "ntts_no")).json()["error"] == "invalid_client"
    assert not PushedRequest.objects.filter(application=web.application).exists()


@pytest.mark.spec("RFC 9126 2.1", "RFC 6749 2.3.1")
def test_a_secret_may_stand_in_the_header(web: Party) -> None:
    from tests.tokens.oidc.confidential import ask

    form = {**web.request(), "client_id": web.application.client_id}
    header = basic(web.application.client_id, web.secret)
    assert ask(header, "par", **form).status_code == 201


def test_no_secret_is_kept_and_the_rest_is_encrypted(web: Party) -> None:
    request_uri = pushed(web, login_hint="ann@example.com")
    row = PushedRequest.objects.get()
    kept = str(vars(row))
    assert "ann@example.com" not in kept and web.secret not in kept
    assert request_uri.rpartition(":")[2] not in kept


@pytest.mark.spec("RFC 9126 2.3")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"redirect_uri": "https://evil.example.com/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"resource": "https://nowhere.example.com"}, "invalid_target"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"state": "x" * 3000}, "invalid_request"),
        ({"id_token_hint": "a.b.c"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_a_bad_request_is_refused_where_it_is_pushed(
    party: Party,
    given: dict[str, str | None],
    error: str,
) -> None:
    response = push(party, **given)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert not PushedRequest.objects.exists()


@pytest.mark.spec("RFC 9126 2.2", "RFC 9126 7.3")
def test_a_request_uri_is_good_once(
    party: Party,
    ann: User,
) -> None:
    browser, request_uri = browser_of(ann), pushed(party)
    assert "code" in answer_of(open_pushed(browser, party, request_uri))
    again = open_pushed(browser, party, request_uri)
    assert again.status_code == 400 and "Location" not in again


@pytest.mark.spec("RFC 9126 7.1", "RFC 9126 7.2")
def test_a_request_uri_is_its_clients(
    party: Party,
    web: Party,
    ann: User,
) -> None:
    request_uri = pushed(party)
    assert open_pushed(browser_of(ann), web, request_uri).status_code == 400
    nobody = browser_of(ann).get("/oauth/authorize", {"request_uri": request_uri})
    assert nobody.status_code == 400
    answer = answer_of(open_pushed(browser_of(ann), party, request_uri))
    assert "code" in answer, "and was not used up by another"


@pytest.mark.spec("RFC 9126 2.2")
def test_a_request_uri_lives_for_a_minute_and_a_half(
    party: Party,
    ann: User,
) -> None:
    request_uri = pushed(party)
    row = PushedRequest.objects.get()
    assert timedelta(seconds=85) < row.expires_at - timezone.now()
    PushedRequest.objects.update(expires_at=timezone.now())
    assert open_pushed(browser_of(ann), party, request_uri).status_code == 400


@pytest.mark.parametrize(
    "handle", ["", "x", "\u00e9", "x" * 3000, "\U0001f600", "../..", "a&b=c"]
)
def test_a_request_uri_of_nobodys_is_refused(
    party: Party,
    ann: User,
    handle: str,
) -> None:
    request_uri = f"urn:ietf:params:oauth:request_uri:{handle}"
    response = open_pushed(browser_of(ann), party, request_uri)
    assert response.status_code == 400


@pytest.mark.spec("OIDC Core 6.2")
def test_a_request_uri_of_the_web_is_never_fetched(
    party: Party,
    ann: User,
) -> None:
    response = party.authorize(browser_of(ann), request_uri="https://e.example.com/r")
    assert answer_of(response)["error"] == "request_uri_not_supported"


@pytest.mark.spec("RFC 9126 4")
def test_what_stands_beside_a_request_uri_counts_for_nothing(
    party: Party,
    ann: User,
) -> None:
    request_uri = pushed(party, state="pushed", nonce="pushed")
    answer = answer_of(
        open_pushed(
            browser_of(ann),
            party,
            request_uri,
            state="injected",
            nonce="injected",
            redirect_uri="https://evil.example.com/",
            scope="openid email",
        )
    )
    assert answer["state"] == "pushed"
    row = AuthorizationCode.objects.get()
    assert (row.nonce, row.redirect_uri, row.scope) == ("pushed", CALLBACK, "openid")


@pytest.mark.spec("RFC 9126 5", "RFC 9126 6")
def test_who_must_push_is_refused_a_plain_request_and_taken_a_pushed_one(
    ann: User,
) -> None:
    party = Party(client_application(require_pushed_authorization_requests=True))
    plain = answer_of(party.authorize(browser_of(ann)))
    assert (plain["error"], plain["state"]) == ("invalid_request", "a state")
    answer = answer_of(open_pushed(browser_of(ann), party, pushed(party)))
    assert "code" in answer


@pytest.mark.spec("RFC 9126 4", "OIDC Core 3.1.2.3")
def test_a_pushed_request_waits_while_its_person_signs_in_and_consents(
    third: Party,
    ann: User,
) -> None:
    Application.objects.update(require_pushed_authorization_requests=True)
    browser = Browser().client
    location = open_pushed(browser, third, pushed(third, scope="openid email"))
    signed_in = sign_in(browser, location["Location"])
    page = browser.get(signed_in["Location"])
    answer = answer_of(decide(browser, page, "allow"))
    body = third.exchange(answer["code"]).json()
    assert body["scope"] == "openid email"


@pytest.mark.spec("OIDC Core 3.1.2.6")
def test_a_pushed_prompt_none_is_told_to_the_client(party: Party) -> None:
    request_uri = pushed(party, prompt="none")
    answer = answer_of(open_pushed(Browser().client, party, request_uri))
    assert (answer["error"], answer["state"]) == ("login_required", "a state")


def test_an_application_suspended_since_is_led_nowhere(
    party: Party,
    ann: User,
) -> None:
    request_uri = pushed(party)
    applications.suspend_application(party.application, acting_user=None)
    response = open_pushed(browser_of(ann), party, request_uri)
    assert response.status_code == 400 and "Location" not in response
    assert push(party).json()["error"] == "invalid_client"


def test_an_address_that_failed_too_often_is_told_when_to_come_back(
    party: Party,
    ann: User,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "2/1h"}
    request_uri, browser = pushed(party), browser_of(ann)
    browser.raise_request_exception = False
    guess = "urn:ietf:params:oauth:request_uri:guess"
    statuses = [open_pushed(browser, party, guess).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    response = open_pushed(browser, party, guess)
    assert int(response["Retry-After"]) > 0
    assert "code" in answer_of(open_pushed(browser, party, request_uri))


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("RFC 9126 7.3")
def test_of_many_browsers_at_once_one_is_answered(
    party: Party,
    ann: User,
    together: Together,
) -> None:
    request_uri = pushed(party)
    browsers = [browser_of(ann) for _ in range(6)]

    def take(number: int) -> int:
        return int(open_pushed(browsers[number], party, request_uri).status_code)

    assert sorted(together(6, take)) == [302, *[400] * 5]
    assert AuthorizationCode.objects.count() == 1
