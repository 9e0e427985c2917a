"""What a hostile application, site or neighbour tries at `/oauth/authorize`."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import User
from tenants.models import Application
from tenants.services import applications
from tests.tokens.oidc.party import (
    CALLBACK,
    Party,
    answer_of,
    browser_of,
    client_application,
)
from tests.tokens.oidc.sitting import decide
from tokens.oidc.models import AuthorizationCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
NATIVE = "http://127.0.0.1/callback"


@pytest.mark.parametrize(
    "uri",
    [
        CALLBACK + "/",
        CALLBACK + "?x=1",
        CALLBACK + "#x",
        CALLBACK + "/../evil",
        CALLBACK + "%2f..",
        CALLBACK + "\r\nX-Evil: 1",
        CALLBACK + "\t",
        " " + CALLBACK,
        CALLBACK.upper(),
        CALLBACK.replace("https", "http"),
        CALLBACK.replace("app.", "app.example.com.evil."),
        CALLBACK.replace("://", "://evil.example.com@"),
        CALLBACK.replace("://app.example.com", "://app.example.com:443"),
        CALLBACK.replace("://", ":\\\\"),
        CALLBACK.replace("/callback", "\\@evil.example.com/callback"),
        "//app.example.com/callback",
        "javascript:alert(1)//" + CALLBACK,
        "data:text/html,x",
        "https://evil.example.com/" + CALLBACK,
    ],
)
@pytest.mark.spec("RFC 9700 2.1", "RFC 9700 4.1.3", "OIDC Core 3.1.2.1")
def test_no_spelling_of_a_redirect_uri_leads_elsewhere(
    party: Party,
    ann: User,
    uri: str,
) -> None:
    for more in ({}, {"prompt": "none"}, {"response_mode": "form_post"}):
        response = party.authorize(browser_of(ann), redirect_uri=uri, **more)
        assert response.status_code == 400 and "Location" not in response
        assert b"evil" not in response.content
    assert not AuthorizationCode.objects.exists()


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:80@evil.example.com/callback",
        "http://127.0.0.1:1\\@evil.example.com/callback",
        "http://127.0.0.1:1#@evil.example.com/callback",
        "http://127.0.0.1\t:80/callback",
        "http://127.0.0.1:80\n/callback",
        "http://127.0.0.1:\u0661/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:-1/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:80/callback/",
        "http://127.0.0.1.evil.example.com:80/callback",
        "http://localhost:80/callback",
        "http://[::1]:80/callback",
        "http://127.0.0.2:80/callback",
        "http://2130706433:80/callback",
        "https://127.0.0.1:80/callback",
        "HTTP://127.0.0.1:80/callback",
    ],
)
@pytest.mark.spec("RFC 8252 7.3", "RFC 8252 8.3")
def test_of_a_loopback_address_the_port_alone_is_free(
    ann: User,
    uri: str,
) -> None:
    traits = {"type": Application.Type.NATIVE, "redirect_uris": [NATIVE]}
    party = Party(client_application(**traits))
    response = party.authorize(browser_of(ann), redirect_uri=uri)
    assert response.status_code == 400 and "Location" not in response


@pytest.mark.parametrize(
    "state",
    ["a\r\nSet-Cookie: x=1", "&code=injected", "#frag", "\u00e9\U0001f600", '"><svg/'],
)
@pytest.mark.spec("RFC 6749 4.1.2", "RFC 9700 4.7")
def test_a_state_comes_back_as_it_was_and_breaks_out_of_nothing(
    party: Party,
    ann: User,
    state: str,
) -> None:
    response = party.authorize(browser_of(ann), state=state)
    assert set(answer_of(response)) == {"code", "state", "iss"}
    assert answer_of(response)["state"] == state
    assert response["Location"].startswith(f"{CALLBACK}?code=")
    assert "\n" not in response["Location"] and "Set-Cookie: x" not in str(
        response.headers
    )
    form = party.authorize(browser_of(ann), state=state, response_mode="form_post")
    assert b"<svg/" not in form.content


@pytest.mark.spec("RFC 9207 2")
def test_every_answer_says_who_gave_it(
    third: Party,
    ann: User,
    settings: Any,
) -> None:
    browser = browser_of(ann)
    answers = [
        answer_of(third.authorize(browser, prompt="none")),
        answer_of(third.authorize(browser, scope="nothing")),
        answer_of(decide(browser, third.authorize(browser), "deny")),
        answer_of(decide(browser, third.authorize(browser), "allow")),
    ]
    assert [answer.get("error") for answer in answers] == [
        "consent_required",
        "invalid_scope",
        "access_denied",
        None,
    ]
    assert {answer["iss"] for answer in answers} == {settings.ISSUER}
    assert {answer["state"] for answer in answers} == {"a state"}


@pytest.mark.spec("RFC 9700 4.16", "RFC 6749 10.13")
def test_no_page_is_shown_in_a_frame_kept_or_told_about(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    pages = [
        third.authorize(browser),
        third.authorize(browser, prompt="select_account"),
        third.authorize(browser, redirect_uri="https://evil.example.com/"),
        third.authorize(browser, response_mode="form_post", prompt="none"),
    ]
    for page in pages:
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] in ("no-referrer", "strict-origin")


@pytest.mark.parametrize(
    "query",
    [
        "visit=",
        "visit=x",
        "visit=%00",
        "visit=" + "x" * 5000,
        "visit=%F0%9F%98%80",
        "visit=%ED%A0%80",
        "visit=a&visit=b",
        "client_id=%00",
        "client_id=%ED%A0%80",
        "client_id=%F0%9F%98%80&redirect_uri=%F0%9F%98%80",
        "client_id=" + "x" * 5000,
        "client_id=a&client_id=b",
        "request_uri=urn:ietf:params:oauth:request_uri:",
        "&".join(f"p{n}=x" for n in range(80)),
        "%",
        "=",
    ],
)
def test_garbage_is_a_page_that_says_so(
    ann: User,
    query: str,
) -> None:
    browser = browser_of(ann)
    for call in (browser.get, browser.head):
        response = call(f"/oauth/authorize?{query}")
        assert response.status_code == 400, response.content
    assert browser.post(f"/oauth/authorize?{query}").status_code in (400, 403)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\nLocation: https://evil.example.com",
        b"visit=x",
        b"\xff\xfe\x00",
        b"x" * 5000,
        b"#@evil.example.com",
        b"//evil.example.com",
    ],
)
def test_a_posted_request_leads_to_us_and_nowhere_else(
    ann: User,
    body: bytes,
) -> None:
    form = "application/x-www-form-urlencoded"
    response = browser_of(ann).post("/oauth/authorize", body, content_type=form)
    assert response.status_code in (303, 400, 413)
    if response.status_code == 303:
        assert response["Location"].startswith("/oauth/authorize?")
        assert "\n" not in response["Location"]


def test_a_host_that_is_not_ours_changes_nothing(
    party: Party,
    settings: Any,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    query = urlencode(party.request(prompt="none"))
    response = Client().get(
        f"/oauth/authorize?{query}", headers={"host": "evil.example.com"}
    )
    assert answer_of(response)["iss"] == settings.ISSUER
    assert "evil" not in response["Location"]


@pytest.mark.parametrize("prompt", ["login", "none"])
def test_a_suspended_client_or_tenant_is_answered_nothing(
    party: Party,
    ann: User,
    prompt: str,
) -> None:
    applications.suspend_application(party.application, acting_user=None)
    response = party.authorize(browser_of(ann), prompt=prompt)
    assert response.status_code == 400 and "Location" not in response
