"""oidc-provider (npm, certified) as the other account of people."""

import re
from urllib.parse import urlsplit

import pytest

from tests.authenticators import App
from tests.e2e.oidc.plain import Plain
from tests.e2e.social.conftest import Coming, Scene, is_clean
from tests.e2e.social.instance import Instance
from tests.e2e.social.traveller import Traveller, onward_of

pytestmark = [pytest.mark.e2e, pytest.mark.spec("OIDC Core 3.1")]


def signed_in(
    who: Traveller,
    own: Plain,
    **typed: str,
) -> bool:
    """Have somebody sign in for an application; tell whether a code comes of it."""
    end = who.go(own.url(), **typed)
    return end.headers.get("Location", "").startswith(f"{own.callback}?code=")


@pytest.mark.parametrize(("by", "name"), [("certified", "ann"), ("other", "amy")])
def test_somebody_new_is_in_and_is_the_same_the_next_time(
    here: Instance,
    own: Plain,
    somebody: Coming,
    by: str,
    name: str,
) -> None:
    """By a secret in the header and RS256, and by one in the form and ES256."""
    who = somebody(name, by)
    assert signed_in(who, own)
    assert who.seen == ["button", "provider"]
    made = here.ask("account", email=f"{name}@example.com")
    assert made["name"] == name.title()
    assert made["is_verified"] and not made["has_password"]
    assert made["identities"] == {by: name}
    again = somebody(name, by)
    assert signed_in(again, own)
    assert here.ask("account", email=f"{name}@example.com") == made


def test_an_account_with_the_address_is_signed_in_to_first(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    bob = somebody("bob", "certified")
    assert signed_in(bob, own)
    assert bob.seen == ["button", "provider", "sign-in"]
    assert here.ask("account", email="bob@example.com")["identities"] == {
        "certified": "bob"
    }
    again = somebody("bob", "certified")
    assert signed_in(again, own)
    assert again.seen == ["button", "provider"]


def test_somebody_elses_account_is_not_had_by_its_address(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    """Who does not know the password of here gets no further than that page."""
    dee = somebody("dee", "other")
    dee.keys.clear()
    end = dee.go(own.url())
    assert urlsplit(end.url).path == "/account/login/"
    assert here.ask("account", email="dee@example.com")["identities"] == {}


def test_an_unverified_address_is_proven_by_a_mailed_code(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    cho = somebody("cho", "certified")
    cho.code = lambda: mailed_code(here, "cho@example.com")
    assert signed_in(cho, own, email="cho@example.com")
    assert cho.seen == ["button", "provider", "typed", "code"]
    made = here.ask("account", email="cho@example.com")
    assert made["is_verified"] and not made["has_password"]
    assert made["identities"] == {"certified": "cho"}
    again = somebody("cho", "certified")
    assert signed_in(again, own)
    assert again.seen == ["button", "provider"]


def mailed_code(
    here: Instance,
    to: str,
) -> str:
    """Return the code of the newest letter."""
    found = re.search(r"^ +([A-Z0-9]{4}-[A-Z0-9]{4})$", here.ask("mail", to=to), re.M)
    assert found, to
    return found[1]


def test_who_has_a_second_factor_shows_it(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    app = App(here.ask("add_app", email="dee@example.com"))
    dee = somebody("dee", "certified")
    dee.code = app.code
    assert signed_in(dee, own)
    assert dee.seen == ["button", "provider", "sign-in", "code"]
    again = somebody("dee", "certified")
    assert not signed_in(again, own)
    again = somebody("dee", "certified")
    again.code = app.code
    assert signed_in(again, own)
    assert again.seen == ["button", "provider", "code"]


def test_a_wrong_secret_is_a_clean_page_and_an_event(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    ida = somebody("ida", "mistyped")
    assert is_clean(ida.go(own.url()))
    assert here.ask("refusals", provider_id="mistyped") == ["token: invalid_client"]
    assert here.ask("account", email="ida@example.com") is None


def test_who_says_no_there_is_back_here(
    here: Instance,
    own: Plain,
    somebody: Coming,
) -> None:
    joe = somebody("joe", "certified")
    joe.login = "nobody"
    joe.keys.clear()
    page = joe.go(own.url())
    assert page.ok and urlsplit(page.url).path == "/account/login/"
    assert "You did not sign in there." in page.text
    joe.login = "joe"
    assert signed_in(joe, own)
    assert here.ask("refusals", provider_id="certified")[0].endswith("access_denied")


def test_an_account_is_connected_and_proven_again_from_its_own_pages(
    scene: Scene,
    here: Instance,
    somebody: Coming,
) -> None:
    """A new sign-in there is asked for each time; one that it knows already proves nothing."""
    kim = somebody("kim", "certified/link")
    page = kim.go(here.url("/account/login/?next=/account/2fa/"))
    assert kim.seen == ["sign-in", "button", "provider"]
    assert page.ok and urlsplit(page.url).path == "/account/2fa/"
    assert "is connected." in page.text
    found = here.ask("account", email="kim@example.com")
    assert found["identities"] == {"certified": "kim"} and found["has_password"]
    kim.seen.clear()
    kim.by = "certified/renew"
    again = here.url("/account/reauthenticate/?next=/account/2fa/")
    leaving = onward_of(kim.go(again, until=scene.certified.issuer))
    unasked = leaving.replace("&prompt=login", "").replace("&max_age=0", "")
    assert is_clean(kim.go(unasked))
    assert here.ask("refusals", provider_id="certified")[0].startswith("auth_time: ")
    page = kim.go(again)
    assert kim.seen == ["button", "button", "provider"]
    assert page.ok and urlsplit(page.url).path == "/account/2fa/"


@pytest.mark.parametrize(
    ("by", "works", "said"),
    [
        ("certified", [True, True, True], "It is known there (invalid_grant)."),
        ("other", [True, True, True], "It is known there (invalid_grant)."),
        ("ours", [True, True, True], "It is known there (invalid_grant)."),
        (
            "mistyped",
            [True, True, False],
            "The client is not accepted (invalid_client).",
        ),
        ("absent", [False], "No usable answer (discovery: "),
    ],
)
def test_the_test_of_a_connection_says_what_is_wrong(
    here: Instance,
    by: str,
    works: list[bool],
    said: str,
) -> None:
    findings = here.ask("check", provider_id=by)
    assert [right for right, _ in findings] == works
    assert findings[-1][1].startswith(said)
