"""Facebook's dialect, replayed from its documentation.

developers.facebook.com/docs: /facebook-login/guides/advanced/manual-flow (scopes by comma or
space), /facebook-login/guides/advanced/oidc-token (PKCE), /graph-api/guides/error-handling,
/graph-api/guides/secure-requests (`appsecret_proof`).
"""

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import begin, facebook
from tests.factories import ConnectionFactory
from tests.social.upstream.asking import ASKED, vouch
from tests.social.upstreams import Upstream

ME = f"/{facebook.VERSION}/me"
TOKEN = f"/{facebook.VERSION}/oauth/access_token"
PERSON = {"id": "10158000000000001", "name": "Ann", "email": "ann@example.com"}


@pytest.fixture
def book(
    db: None,
    upstream: Upstream,
) -> Connection:
    """A connection to Facebook, where Ann is; its word on addresses would count."""
    upstream.answers[ME] = PERSON
    made: Connection = ConnectionFactory(provider="facebook", issuer=upstream.issuer)
    return made


def refused(
    book: Connection,
    upstream: Upstream,
) -> tuple[str, str]:
    """See nobody vouched for; return the check that failed, and why."""
    with pytest.raises(UpstreamFault) as caught:
        vouch(book, upstream)
    return caught.value.check, caught.value.reason


def test_a_person_is_a_number_and_no_address_is_verified(
    book: Connection,
    upstream: Upstream,
) -> None:
    found = vouch(book, upstream)
    assert (found.subject, found.name) == (PERSON["id"], "Ann")
    assert (found.email, found.verified) == ("ann@example.com", False)
    token, me = upstream.asked
    assert token.path == TOKEN and token.form["code_verifier"] == ASKED.verifier
    proof = hmac.new(b"our-secret", b"at-of-the-provider", hashlib.sha256).hexdigest()
    assert me.query == {"fields": "id,name,email", "appsecret_proof": proof}
    assert me.headers["authorization"] == "Bearer at-of-the-provider"


def test_a_browser_is_sent_to_the_dialog(book: Connection) -> None:
    parts = urlsplit(begin(book, ASKED))
    given = dict(parse_qsl(parts.query))
    assert parts.path == f"/{facebook.VERSION}/dialog/oauth"
    assert given["scope"] == "public_profile email"
    assert given["code_challenge_method"] == "S256" and "nonce" not in given


def test_the_dialog_and_the_graph_are_two_places() -> None:
    made = ConnectionFactory.build(provider="facebook", issuer="")
    assert begin(made, ASKED).startswith("https://www.facebook.com/")
    assert facebook._graph(made) == "https://graph.facebook.com"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {
                "message": "This authorization code has been used.",
                "type": "OAuthException",
                "code": 100,
                "error_subcode": 36009,
                "fbtrace_id": "EJplcsCHuLu",
            },
            "OAuthException",
        ),
        ({"message": "x", "type": ["x"]}, "status 400"),
        ({"message": "x", "type": "a b"}, "status 400"),
        ("bad", "bad"),
    ],
)
def test_an_error_object_is_a_refusal(
    book: Connection,
    upstream: Upstream,
    answer: Any,
    told: str,
) -> None:
    upstream.answers[TOKEN] = (400, {"error": answer})
    assert refused(book, upstream) == ("token", told)
    del upstream.answers[TOKEN]
    upstream.answers[ME] = (400, {"error": answer})
    assert refused(book, upstream) == ("user", told)


@pytest.mark.parametrize(
    "number",
    [None, "", 5, True, [], {}, "ann", "-1", "1.5", "\u0661", "1" * 64, "1\x00", "1\n"],
)
def test_without_a_number_it_is_nobody(
    book: Connection,
    upstream: Upstream,
    number: Any,
) -> None:
    upstream.answers[ME] = {**PERSON, "id": number}
    assert refused(book, upstream) == ("user", "no id")


@pytest.mark.parametrize("person", [[], [PERSON], "ann", {}])
def test_what_is_no_person_is_nobody(
    book: Connection,
    upstream: Upstream,
    person: Any,
) -> None:
    upstream.answers[ME] = person
    assert refused(book, upstream) == ("user", "no id")


def test_who_shares_no_address_has_none(
    book: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers[ME] = {"id": "5"}
    found = vouch(book, upstream)
    assert (found.subject, found.email, found.name) == ("5", "", "")
