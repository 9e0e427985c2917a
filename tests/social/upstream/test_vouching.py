"""What somebody is asked at a provider, and what of its answer is kept."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import Answer, Vouched
from social.upstream.vouching import authorization_url, exchange_form, vouched
from tests.factories import ConnectionFactory
from tests.social.upstream.asking import ASKED

HERE = "https://id.example.com/authorize"


def kept(
    subject: str = "u-1",
    email: str = "ann@example.com",
    name: str = "Ann",
    tokens: Any = None,
    **more: Any,
) -> Vouched:
    """Return what is kept of somebody, by a connection with these traits."""
    connection = ConnectionFactory.build(**more)
    return vouched(
        connection,
        subject=subject,
        address=(email, True),
        name=name,
        tokens=tokens or {},
    )


@pytest.mark.spec("RFC 7636 4.3", "RFC 6749 4.1.1")
def test_a_browser_is_sent_with_all_that_comes_back() -> None:
    connection: Connection = ConnectionFactory.build(scopes=["groups", "email"])
    given = dict(parse_qsl(urlsplit(authorization_url(connection, HERE, ASKED)).query))
    assert given == {
        "response_type": "code",
        "client_id": "our-client",
        "redirect_uri": ASKED.redirect_uri,
        "scope": "openid profile email groups",
        "state": ASKED.state,
        "nonce": ASKED.nonce,
        "code_challenge": given["code_challenge"],
        "code_challenge_method": "S256",
    }
    assert ASKED.verifier not in given.values()


def test_what_the_address_asks_already_stays() -> None:
    connection: Connection = ConnectionFactory.build()
    url = authorization_url(connection, f"{HERE}?policy=x", ASKED)
    assert url.startswith(f"{HERE}?policy=x&response_type=code&")


def test_the_exchange_names_the_same_address() -> None:
    form = exchange_form(ConnectionFactory.build(), ASKED, Answer("c-1"))
    assert form == {
        "grant_type": "authorization_code",
        "code": "c-1",
        "redirect_uri": ASKED.redirect_uri,
        "code_verifier": ASKED.verifier,
    }


@pytest.mark.spec("OpenID Connect Core 2")
@pytest.mark.parametrize(
    "subject",
    ["", "u" * 256, "u\x00", "u\n", "\ud800", "u\u202e", "\u200b", "\x7f"],
)
def test_a_subject_that_cannot_be_kept_is_nobody(subject: str) -> None:
    with pytest.raises(UpstreamFault) as caught:
        kept(subject=subject)
    assert caught.value.check == "sub"


@pytest.mark.parametrize("subject", ["u" * 255, "U-1", "f:1:ann smith", "\u00e4nn"])
def test_a_subject_stays_as_it_is(subject: str) -> None:
    assert kept(subject=subject).subject == subject


@pytest.mark.parametrize("name", ["A" * 151, "An\x00n", "\ud800", "Ann\u202e", "a\nb"])
def test_a_name_that_is_none_is_left_out(name: str) -> None:
    assert kept(name=name).name == ""


@pytest.mark.parametrize(
    "email", ["", "x", "a@b@c", "\ud800@example.com", "a" * 400 + "@example.com"]
)
def test_an_address_that_is_none_is_not_verified(email: str) -> None:
    found = kept(email=email)
    assert (found.email, found.verified) == ("", False)


def test_an_address_counts_where_an_operator_says_so() -> None:
    assert kept().verified
    found = kept(trusts_email=False)
    assert (found.email, found.verified) == ("ann@example.com", False)


def test_tokens_are_kept_where_an_operator_says_so_and_never_shown() -> None:
    tokens = {"access_token": "at-1", "id_token": "it-1", "other": "x"}
    assert kept(tokens=tokens).tokens == {}
    found = kept(tokens=tokens, keeps_tokens=True)
    assert found.tokens == {"access_token": "at-1", "id_token": "it-1"}
    assert "at-1" not in repr(found)
