"""GitHub's dialect, replayed from its documentation.

docs.github.com: /en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps,
/en/rest/users/users#get-the-authenticated-user, /en/rest/users/emails,
/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors,
/en/rest/about-the-rest-api/api-versions (2022-11-28 is supported until March 2028 at least).
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import begin, github
from tests.factories import ConnectionFactory
from tests.social.upstream.asking import ASKED, vouch
from tests.social.upstreams import Upstream

OCTOCAT: dict[str, Any] = {
    "login": "octocat",
    "id": 1,
    "node_id": "MDQ6VXNlcjE=",
    "type": "User",
    "site_admin": False,
    "name": "monalisa octocat",
    "email": "public@github.com",
    "two_factor_authentication": True,
}
EMAILS = [
    {
        "email": "octocat@users.noreply.github.com",
        "primary": False,
        "verified": True,
        "visibility": None,
    },
    {
        "email": "octocat@github.com",
        "verified": True,
        "primary": True,
        "visibility": "private",
    },
]
NO_RIGHT = {
    "message": "Resource not accessible by integration",
    "documentation_url": "https://docs.github.com/rest/users/emails",
    "status": "403",
}


@pytest.fixture
def hub(
    db: None,
    upstream: Upstream,
) -> Connection:
    """A connection to a GitHub Enterprise Server, where Octocat is."""
    upstream.answers["/api/v3/user"] = OCTOCAT
    upstream.answers["/api/v3/user/emails"] = EMAILS
    made: Connection = ConnectionFactory(provider="github", issuer=upstream.issuer)
    return made


def refused(
    hub: Connection,
    upstream: Upstream,
) -> tuple[str, str]:
    """See nobody vouched for; return the check that failed, and why."""
    with pytest.raises(UpstreamFault) as caught:
        vouch(hub, upstream)
    return caught.value.check, caught.value.reason


def test_octocat_is_a_number_with_a_verified_address(
    hub: Connection,
    upstream: Upstream,
) -> None:
    found = vouch(hub, upstream)
    assert (found.subject, found.name) == ("1", "monalisa octocat")
    assert (found.email, found.verified) == ("octocat@github.com", True)
    assert found.tokens == {}
    token, user, emails = upstream.asked
    assert (token.method, token.path) == ("POST", "/login/oauth/access_token")
    assert token.headers["accept"] == "application/json"
    assert token.form["code_verifier"] == ASKED.verifier
    for asked in (user, emails):
        assert asked.headers["authorization"] == "Bearer at-of-the-provider"
        assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert emails.query == {"per_page": "100"}


def test_a_browser_is_sent_with_a_challenge_and_without_a_nonce(
    hub: Connection,
) -> None:
    parts = urlsplit(begin(hub, ASKED))
    given = dict(parse_qsl(parts.query))
    assert parts.path == "/login/oauth/authorize"
    assert given["scope"] == "read:user user:email"
    assert given["code_challenge_method"] == "S256" and "nonce" not in given


@pytest.mark.parametrize(
    ("issuer", "api"),
    [
        ("", "https://api.github.com"),
        ("https://github.com/", "https://api.github.com"),
        ("https://git.example.com", "https://git.example.com/api/v3"),
    ],
)
def test_the_api_is_beside_github_and_below_an_enterprise_server(
    issuer: str,
    api: str,
) -> None:
    made = ConnectionFactory.build(provider="github", issuer=issuer)
    assert github._api(made) == api


@pytest.mark.parametrize(
    "error",
    [
        *("bad_verification_code", "incorrect_client_credentials"),
        *("redirect_uri_mismatch", "unverified_user_email"),
    ],
)
def test_a_refusal_comes_with_status_200(
    hub: Connection,
    upstream: Upstream,
    error: str,
) -> None:
    upstream.answers["/login/oauth/access_token"] = {
        "error": error,
        "error_description": "The code passed is incorrect or expired.",
        "error_uri": "https://docs.github.com/",
    }
    assert refused(hub, upstream) == ("token", error)


@pytest.mark.parametrize(
    "number",
    [None, "1", "octocat", True, False, 1.5, [], {}, 0, -1],
)
def test_without_a_number_it_is_nobody(
    hub: Connection,
    upstream: Upstream,
    number: Any,
) -> None:
    upstream.answers["/api/v3/user"] = {**OCTOCAT, "id": number}
    assert refused(hub, upstream) == ("user", "no id")


def test_a_number_that_cannot_be_kept_is_nobodys(
    hub: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers["/api/v3/user"] = {**OCTOCAT, "id": 10**300}
    assert refused(hub, upstream)[0] == "sub"


@pytest.mark.parametrize("user", [[], [OCTOCAT], "octocat", {}, 5])
def test_what_is_no_person_is_nobody(
    hub: Connection,
    upstream: Upstream,
    user: Any,
) -> None:
    upstream.answers["/api/v3/user"] = user
    assert refused(hub, upstream) == ("user", "no id")


def test_bad_credentials_are_nobodys(
    hub: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers["/api/v3/user"] = (401, {"message": "Bad credentials"})
    assert refused(hub, upstream) == ("user", "status 401")


@pytest.mark.parametrize("status", [403, 404])
def test_an_app_without_the_right_to_addresses_names_none(
    hub: Connection,
    upstream: Upstream,
    status: int,
) -> None:
    upstream.answers["/api/v3/user/emails"] = (status, NO_RIGHT)
    found = vouch(hub, upstream)
    assert (found.subject, found.email, found.verified) == ("1", "", False)


@pytest.mark.parametrize("answer", [(500, {}), (200, b"<html>"), (401, {})])
def test_an_answer_that_is_none_is_a_fault(
    hub: Connection,
    upstream: Upstream,
    answer: Any,
) -> None:
    upstream.answers["/api/v3/user/emails"] = answer
    assert refused(hub, upstream)[0] == "emails"


@pytest.mark.parametrize(
    "emails",
    [
        *([], {}, "octocat@github.com", None, [None, 5, "x", []], EMAILS[:1]),
        [{"email": "octocat@github.com", "primary": "true", "verified": True}],
        [{"email": ["octocat@github.com"], "primary": True, "verified": True}],
    ],
)
def test_without_a_primary_address_there_is_none(
    hub: Connection,
    upstream: Upstream,
    emails: Any,
) -> None:
    upstream.answers["/api/v3/user/emails"] = b"null" if emails is None else emails
    found = vouch(hub, upstream)
    assert (found.email, found.verified) == ("", False)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_only_what_is_verified_is(
    hub: Connection,
    upstream: Upstream,
    verified: Any,
) -> None:
    upstream.answers["/api/v3/user/emails"] = [{**EMAILS[1], "verified": verified}]
    found = vouch(hub, upstream)
    assert (found.email, found.verified) == ("octocat@github.com", False)


def test_who_has_no_name_has_a_login(
    hub: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers["/api/v3/user"] = {**OCTOCAT, "name": None}
    assert vouch(hub, upstream).name == "octocat"
