"""Who asks us wrongly to sign somebody out: told why, led nowhere, and nothing ends."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import UserFactory
from tests.tokens.oidc.leaving import (
    BYE,
    FORM,
    LOGOUT,
    came_in,
    go,
    hint_of,
    is_in,
    leaving_party,
    posted,
    text,
)
from tests.tokens.oidc.party import Party

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann <i>")
    return user


@pytest.fixture
def party() -> Party:
    return leaving_party(name="Orders & <Co>")


@pytest.fixture
def browser(ann: User) -> Client:
    return came_in(ann)


@pytest.fixture
def hint(
    party: Party,
    browser: Client,
) -> str:
    return hint_of(party, browser)


@pytest.mark.spec("RP-Initiated Logout 2")
@pytest.mark.parametrize("send", [go, posted])
def test_a_hint_of_another_client_than_the_one_named_is_refused(
    send: Any,
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    other = leaving_party().application.client_id
    answer = send(
        browser, id_token_hint=hint, client_id=other, post_logout_redirect_uri=BYE
    )
    assert answer.status_code == 400 and "another client" in text(answer)
    assert is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 3")
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example.com/bye",
        f"{BYE}/",
        f"{BYE}?a=b",
        f"{BYE}#a",
        BYE.upper(),
        "https://app.example.com:443/bye",
        "https://user@app.example.com/bye",
        "https://app.example.com/../bye",
        "https://app.example.com/callback",
        "//app.example.com/bye",
        "/account/",
        "javascript:alert(1)",
        f"{BYE}\r\nSet-Cookie: a=b",
        f" {BYE}",
        "\u00e4" * 900,
    ],
)
@pytest.mark.parametrize("is_hinted", [True, False])
def test_nobody_is_led_to_a_uri_that_is_not_registered(
    uri: str,
    is_hinted: bool,
    browser: Client,
    party: Party,
    ann: User,
    hint: str,
) -> None:
    whose = party.application.client_id
    given = {"id_token_hint": hint} if is_hinted else {"client_id": whose}
    for somebody in (browser, Client()):
        answer = go(somebody, post_logout_redirect_uri=uri, **given)
        assert answer.status_code == 400 and "Location" not in answer
        assert "not registered" in text(answer)
    assert is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 3")
def test_a_uri_without_a_client_is_refused(
    browser: Client,
    ann: User,
    party: Party,
) -> None:
    for somebody in (browser, Client()):
        answer = go(somebody, post_logout_redirect_uri=BYE, state="a")
        assert answer.status_code == 400 and "needs a client_id" in text(answer)
    assert is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 3", "RFC 8252 7.3")
@pytest.mark.parametrize(("kind", "status"), [("native", 303), ("spa", 400)])
def test_the_port_of_a_loopback_address_is_free_for_native_clients(
    kind: str,
    status: int,
) -> None:
    known = ["http://127.0.0.1/bye", "com.example.app:/bye"]
    party = leaving_party(type=kind, post_logout_redirect_uris=known)
    uri, whose = "http://127.0.0.1:51234/bye", party.application.client_id
    answer = go(Client(), client_id=whose, post_logout_redirect_uri=uri)
    assert answer.status_code == status
    answer = go(Client(), client_id=whose, post_logout_redirect_uri=known[1], state="s")
    assert answer["Location"] == "com.example.app:/bye?state=s"


@pytest.mark.parametrize(
    "given",
    [
        {"client_id": "nobody"},
        {"client_id": "\u00e4" * 500},
        {"client_id": "a\x00b"},
        {"client_id": "' OR 1=1 --"},
        {"state": "a" * 2049},
        {"state": "a\x00b"},
        {"asked": "nonsense"},
        {"asked": "\U0001f600:a:b"},
        {"asked": ".eJw:1:a"},
    ],
)
@pytest.mark.parametrize("send", [go, posted])
def test_what_makes_no_sense_is_told_and_ends_nothing(
    send: Any,
    given: dict[str, str],
    browser: Client,
    ann: User,
) -> None:
    answer = send(browser, **given)
    assert answer.status_code in (400, 403), text(answer)
    assert is_in(ann)


@pytest.mark.parametrize(
    "query",
    [
        "state=a&state=b",
        "id_token_hint=%ff%fe",
        "state=%ed%a0%80",
        "state=\xe4",
        "&".join(f"a{n}=b" for n in range(100)),
    ],
)
def test_what_is_no_form_is_told_and_ends_nothing(
    query: str,
    browser: Client,
    ann: User,
) -> None:
    assert browser.get(f"{LOGOUT}?{query}").status_code in (200, 400)
    answer = Client().post(LOGOUT, query.encode("latin-1"), content_type=FORM)
    assert answer.status_code in (303, 400)
    assert is_in(ann)


@pytest.mark.parametrize("body", ['{"asked": ["a"]}', "[]", '"\\ud800"', "\x00"])
def test_json_is_no_request(
    body: str,
    browser: Client,
    ann: User,
) -> None:
    answer = browser.post(LOGOUT, body, content_type="application/json")
    assert answer.status_code == 400 and is_in(ann)


def test_a_post_too_long_for_a_url_is_told(
    browser: Client,
    party: Party,
    ann: User,
) -> None:
    state = "".join(chr(0x4E00 + n) for n in range(2048))
    whose = party.application.client_id
    given = {"client_id": whose, "post_logout_redirect_uri": BYE, "state": state}
    assert posted(browser, **given).status_code == 413
    assert posted(browser, state="a" * 3_000_000).status_code in (400, 413)
    assert is_in(ann)


def test_a_suspended_client_sends_nobody_anywhere(
    browser: Client,
    party: Party,
    ann: User,
    hint: str,
) -> None:
    party.application.suspended_at = "2026-01-01T00:00Z"
    party.application.save()
    for given in ({"id_token_hint": hint}, {"client_id": party.application.client_id}):
        answer = go(browser, post_logout_redirect_uri=BYE, **given)
        assert answer.status_code == 400 and is_in(ann)
