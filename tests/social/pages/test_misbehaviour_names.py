"""Names and addresses that are none, or look like another's."""

from typing import Any

import pytest

from accounts.models import User
from social.models import Connection, Identity
from tests.social.travel import come_back, leave
from tests.social.upstreams import Upstream
from tests.tokens.pages.people import Browser

ODD_PEOPLE: dict[str, dict[str, Any]] = {
    "a NUL in the name": {"name": "An\x00n"},
    "a surrogate in the name": {"name": "An\udcffn"},
    "a huge name": {"name": "A" * 100_000},
    "a name turned round": {"name": "Ann\u202egnp.exe"},
    "a list for a name": {"name": ["Ann"]},
    "a number for a name": {"name": 5},
}


@pytest.mark.parametrize("name", ODD_PEOPLE)
def test_a_name_that_is_none_is_left_out(
    connection: Connection,
    upstream: Upstream,
    name: str,
) -> None:
    upstream.person.update(ODD_PEOPLE[name])
    upstream.answers["/userinfo"] = {"sub": "u-1"}
    upstream.claims["name"] = str(upstream.person["name"])[:200]
    upstream.claims.update(ODD_PEOPLE[name])
    if name in ("a huge name", "a surrogate in the name"):  # an ID token holds neither
        upstream.answers["/userinfo"] = {"sub": "u-1", **ODD_PEOPLE[name]}
        upstream.claims["name"] = None
    browser = Browser()
    came = come_back(browser, upstream.authorize(leave(browser)))
    assert came.status_code == 302
    assert User.objects.get().name == ""


@pytest.mark.parametrize(
    "email",
    [
        *("", "ann", "@", "ann@", "a\x00nn@example.com", 5),
        *(["ann@example.com"], True, None, "a" * 65 + "@example.com"),
        *("ann@exa mple.com", "ann@example.com\nBcc: eve@example.com"),
        '"ann"@example.com',
    ],
)
def test_an_address_that_is_none_proves_nothing(
    connection: Connection,
    upstream: Upstream,
    email: Any,
) -> None:
    upstream.person["email"] = email
    browser = Browser()
    came = come_back(browser, upstream.authorize(leave(browser)))
    assert came.status_code == 302
    assert came["Location"] == "/account/connect/address/"
    assert not User.objects.exists()
    assert browser.get(came["Location"]).status_code == 200


def test_an_address_that_looks_alike_is_another_one(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    upstream.person["email"] = "\u0430nn@example.com"  # a Cyrillic letter
    browser = Browser()
    assert come_back(browser, upstream.authorize(leave(browser))).status_code == 302
    assert Identity.objects.get().user != ann


def test_an_address_in_wide_letters_is_the_same_one(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    upstream.person["email"] = "\uff21nn@example.com"
    browser = Browser()
    came = come_back(browser, upstream.authorize(leave(browser)))
    assert came["Location"] == "/account/login/"
    assert not Identity.objects.exists()
