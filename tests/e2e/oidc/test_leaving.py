"""RP-initiated logout at a running server: nobody is led away or signed out by a stranger."""

from urllib.parse import urlencode

import pytest
import requests

from tests.e2e.oidc.conftest import person
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.plain import Plain, claims
from tests.e2e.oidc.service import Service

pytestmark = [pytest.mark.e2e, pytest.mark.spec("OIDC RP-Initiated Logout 4")]


@pytest.fixture
def client(
    service: Service,
    listener: Listener,
) -> Plain:
    return Plain(service, "own", f"{listener.origin}/callback")


@pytest.fixture
def goodbye(listener: Listener) -> str:
    return f"{listener.origin}/goodbye"


def leave(
    who: Person,
    **given: str,
) -> requests.Response:
    """Send somebody to the logout endpoint."""
    return who.open(f"{who.issuer}/oauth/logout?{urlencode(given)}")


def is_in(
    who: Person,
    client: Plain,
) -> bool:
    """Tell whether somebody is still signed in here."""
    return "code" in client.answer(who, prompt="none")


@pytest.mark.parametrize("hint", ["", "garbage", "altered", "unsigned", "another's"])
def test_without_a_good_hint_somebody_is_asked(
    service: Service,
    client: Plain,
    ann: Person,
    goodbye: str,
    hint: str,
) -> None:
    token = client.tokens(ann)["id_token"]
    head, body, _ = token.split(".")
    hints = {
        "": "",
        "garbage": "garbage",
        "altered": f"{token[:-8]}AAAAAAAA",
        "unsigned": f"{head}.{body}.",
        "another's": client.tokens(person(service, "bob"))["id_token"],
    }
    given = {"client_id": client.client_id, "id_token_hint": hints[hint]}
    page = leave(ann, post_logout_redirect_uri=goodbye, state="x", **given)
    assert page.status_code == 200
    assert is_in(ann, client)
    assert ann.press(page).headers["Location"] == f"{goodbye}?state=x"
    assert not is_in(ann, client)


@pytest.mark.parametrize("with_hint", [True, False])
@pytest.mark.parametrize(
    "uri",
    ["{}/", "{}?x=1", "{}#x", "https://evil.example/", "//evil.example/", "{}%2f"],
)
def test_a_uri_that_is_not_registered_is_never_followed(
    client: Plain,
    ann: Person,
    goodbye: str,
    uri: str,
    with_hint: bool,
) -> None:
    token = client.tokens(ann)["id_token"]
    named = {"id_token_hint": token} if with_hint else {"client_id": client.client_id}
    answer = leave(ann, post_logout_redirect_uri=uri.format(goodbye), **named)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert is_in(ann, client)


def test_a_uri_without_a_client_is_never_followed(
    client: Plain,
    ann: Person,
    goodbye: str,
) -> None:
    client.tokens(ann)
    assert leave(ann, post_logout_redirect_uri=goodbye).status_code == 400
    assert is_in(ann, client)


def test_without_anything_somebody_is_asked_and_stays_here(
    client: Plain,
    ann: Person,
) -> None:
    client.tokens(ann)
    page = leave(ann)
    assert page.status_code == 200
    done = ann.press(page)
    assert done.status_code == 200
    assert not is_in(ann, client)


@pytest.mark.spec("OIDC Back-Channel Logout 2.7")
def test_signing_out_of_one_application_is_told_to_the_other(
    service: Service,
    client: Plain,
    ann: Person,
    listener: Listener,
) -> None:
    other = Plain(service, "told", client.callback)
    token = client.tokens(ann)["id_token"]
    known = claims(other.tokens(ann)["id_token"])
    listener.received.clear()
    assert leave(ann, id_token_hint=token).status_code == 200
    told = claims(listener.wait_for("/backchannel").form["logout_token"])
    assert (told["sid"], told["sub"]) == (known["sid"], known["sub"])
    assert told["aud"] == other.client_id
