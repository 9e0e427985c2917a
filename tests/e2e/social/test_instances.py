"""A second instance of this service as the other account of people."""

import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.e2e.oidc.plain import Plain, claims
from tests.e2e.social.conftest import Coming, came_back, is_clean
from tests.e2e.social.instance import Instance
from tests.e2e.social.traveller import Traveller

pytestmark = pytest.mark.e2e


@pytest.mark.spec("RFC 9207 2.4")
def test_somebody_of_there_signs_in_here(
    here: Instance,
    there: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    ann = somebody("fay", "ours")
    told = claims(own.tokens(ann)["id_token"])
    elsewhere = there.ask("account", email="fay@example.com")["id"]
    found = here.ask("account", email="fay@example.com")
    assert found["identities"] == {"ours": elsewhere}
    assert told["sub"] == found["id"] != elsewhere
    assert told["iss"] == here.issuer
    assert ann.seen == ["button", "sign-in"]
    [back] = [url for url in ann.trail if "/social/ours/callback/" in url]
    assert dict(parse_qsl(urlsplit(back).query))["iss"] == there.issuer


def test_a_third_party_is_consented_to_there(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    bob = somebody("bob", "asking")
    del bob.keys[here.issuer]
    page = bob.go(own.url(), decision="deny")
    assert bob.seen == ["button", "sign-in", "decision"]
    assert "You did not sign in there." in page.text
    assert here.ask("refusals", provider_id="asking") == [
        "authorization: access_denied"
    ]
    page = bob.go(own.url())
    assert bob.seen[3:] == ["button", "decision"]
    assert "There is an account with the address" in page.text


@pytest.mark.spec("RFC 9207 2.4")
@pytest.mark.parametrize("issuer", ["https://attacker.example", ""])
def test_an_answer_of_another_issuer_is_refused(
    here: Instance,
    own: Plain,
    somebody: Coming,
    issuer: str,
) -> None:
    back = urlsplit(came_back(who := somebody("eve", "ours"), own, "ours"))
    altered = {**dict(parse_qsl(back.query)), "iss": issuer}
    page = who.open(back._replace(query=urlencode(altered)).geturl())
    assert page.status_code == 401
    assert here.ask("refusals", provider_id="ours")[0].startswith("iss: ")


@pytest.mark.spec("RFC 9700 4.7")
def test_a_way_back_is_good_in_one_browser_and_once(
    own: Plain,
    somebody: Coming,
) -> None:
    back = came_back(who := somebody("fay", "ours"), own, "ours")
    assert somebody("fay", "ours").open(back).status_code == 401
    assert who.open(back).is_redirect
    assert who.open(back).status_code == 401


def test_the_end_of_a_session_there_does_not_end_the_one_here(
    here: Instance,
    there: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    """This service is no back-channel logout client: who is in here is in until they leave."""
    fay = somebody("fay", "ours")
    assert "code" in own.answer(fay)
    leave(fay, there)
    assert "code" in own.answer(fay, prompt="none")
    leave(fay, here)
    fay.seen.clear()
    assert "code" in own.answer(fay)
    assert fay.seen == ["button", "sign-in"]


def test_a_new_proof_of_there_is_one_here(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    fay = somebody("fay", "ours")
    assert "code" in own.answer(fay)
    fay.seen.clear()
    fay.by = "ours/renew"
    time.sleep(1)  # what was proven in the very second counts as new there
    page = fay.go(here.url("/account/reauthenticate/?next=/account/2fa/"))
    assert fay.seen == ["button", "sign-in"]
    assert page.ok and page.url == here.url("/account/2fa/")


def leave(
    who: Traveller,
    place: Instance,
) -> None:
    """Have somebody sign out at a service."""
    assert who.press(who.open(place.url("/account/logout/"))).is_redirect


def test_a_client_that_is_stopped_there_is_a_clean_page_here(
    here: Instance,
    there: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    eve = somebody("eve", "ending")
    back = came_back(eve, own, "ending")
    there.ask("suspend", client_id=there.service.cast["ending"]["client_id"])
    assert is_clean(eve.open(back))
    assert here.ask("refusals", provider_id="ending") == ["token: invalid_client"]
    stranded = somebody("eve", "ending").go(own.url())
    assert stranded.url.startswith(there.issuer) and stranded.status_code == 400
