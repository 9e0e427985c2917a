"""Providers that speak OpenID Connect, each replayed from its documentation.

Google: developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
Microsoft: learn.microsoft.com/entra/identity-platform: id-token-claims-reference,
optional-claims-reference (`xms_edov`), migrate-off-email-claim-authorization
GitLab: docs.gitlab.com/integration/openid_connect_provider
Apple: developer.apple.com/documentation/signinwithapple: authenticating-users-with-sign-in-with-apple,
creating-a-client-secret
LinkedIn: learn.microsoft.com/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
"""

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from config.encryption import encrypt
from social.errors import UpstreamFault
from social.models import Connection
from social.upstream import Answer, begin, discovery, finish
from social.upstream.discovery import Metadata
from tests.factories import ConnectionFactory
from tests.social.upstream.asking import ASKED, vouch
from tests.social.upstreams import Upstream

DIRECTORY = "9122040d-6c67-4c5b-b112-36a304b66dad"
GOOGLE = {
    "azp": "our-client",
    "sub": "10769150350006150715113082367",
    "hd": "example.com",
    "email": "jsmith@example.com",
    "email_verified": True,
    "name": "J. Smith",
}
MICROSOFT = {
    "iss": f"https://login.microsoftonline.com/{DIRECTORY}/v2.0",
    "tid": DIRECTORY,
    "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "preferred_username": "abeli@example.com",
    "email": "abeli@example.com",
    "name": "Abe Lincoln",
    "ver": "2.0",
}
GITLAB = {"sub": "12345", "email": "ann@example.com", "email_verified": True}
APPLE = {
    "sub": "001999.b22e1a8a2d5a4d7eb0a3ae41d7d2c3a1.0638",
    "email": "dpdcnf87nu@privaterelay.appleid.com",
    "email_verified": "true",
    "is_private_email": "true",
    "nonce_supported": True,
    "auth_time": 1700000000,
}
LINKEDIN = {
    "sub": "782bbtaQ",
    "name": "John Doe",
    "email": "doe@example.com",
    "email_verified": True,
    "locale": "en-US",
}


def at(
    provider: str,
    upstream: Upstream,
    **more: Any,
) -> Connection:
    """Return a connection to a provider, which is here for once."""
    made: Connection = ConnectionFactory(
        provider=provider, issuer=upstream.issuer, **more
    )
    return made


def refused(
    connection: Connection,
    upstream: Upstream,
) -> str:
    """See nobody vouched for; return the check that failed."""
    with pytest.raises(UpstreamFault) as caught:
        vouch(connection, upstream)
    return caught.value.check


@pytest.mark.django_db
@pytest.mark.parametrize("issuer", ["accounts.google.com", None])
def test_google_names_itself_with_and_without_a_scheme(
    upstream: Upstream,
    issuer: str | None,
) -> None:
    upstream.person = dict(GOOGLE)
    upstream.claims = {"iss": issuer} if issuer else {}
    found = vouch(at("google", upstream), upstream)
    assert (found.subject, found.name) == (GOOGLE["sub"], "J. Smith")
    assert (found.email, found.verified) == ("jsmith@example.com", True)
    assert "/userinfo" not in [asked.path for asked in upstream.asked]


@pytest.mark.django_db
def test_google_names_itself_in_no_other_way(upstream: Upstream) -> None:
    upstream.person = dict(GOOGLE)
    for issuer in ("https://google.com", "http://accounts.google.com", "google"):
        upstream.claims = {"iss": issuer}
        assert refused(at("google", upstream), upstream) == "iss"


@pytest.fixture
def common(
    db: None,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> Connection:
    """A connection to Microsoft for every directory."""
    place = "https://login.microsoftonline.com/{tenantid}/v2.0"
    metadata = Metadata(
        issuer=place,
        authorization_endpoint=f"{upstream.issuer}/authorize",
        token_endpoint=f"{upstream.issuer}/token",
        jwks_uri=f"{upstream.issuer}/jwks",
        userinfo_endpoint=f"{upstream.issuer}/userinfo",
        token_methods=("client_secret_post",),
    )
    monkeypatch.setattr(discovery, "of", lambda connection: metadata)
    upstream.person = dict(MICROSOFT)
    made: Connection = ConnectionFactory(provider="microsoft", issuer="")
    return made


def test_somebody_at_microsoft_is_one_of_their_directory(
    common: Connection,
    upstream: Upstream,
) -> None:
    found = vouch(common, upstream)
    assert found.subject == f"{DIRECTORY}:{MICROSOFT['sub']}"
    assert (found.email, found.name) == ("abeli@example.com", "Abe Lincoln")


@pytest.mark.parametrize(
    ("more", "verified"),
    [
        *(({}, False), ({"email_verified": True}, False), ({"verified": True}, False)),
        *(({"xms_edov": False}, False), ({"xms_edov": "0"}, False)),
        *(({"xms_edov": None}, False), ({"xms_edov": [True]}, False)),
        *(({"xms_edov": 0}, False), ({"xms_edov": 2}, False)),
        *(({"xms_edov": True}, True), ({"xms_edov": 1}, True)),
        *(({"xms_edov": "1"}, True), ({"xms_edov": "true"}, True)),
    ],
)
def test_an_address_that_a_directory_made_up_is_not_verified(
    common: Connection,
    upstream: Upstream,
    more: dict[str, Any],
    verified: bool,
) -> None:
    upstream.person.update(more)
    assert vouch(common, upstream).verified is verified


def test_another_directory_cannot_take_a_name_over(
    common: Connection,
    upstream: Upstream,
) -> None:
    upstream.person["tid"] = DIRECTORY.replace("9", "8")
    assert refused(common, upstream) == "iss"
    upstream.person["tid"] = None
    assert refused(common, upstream) == "iss"


@pytest.mark.django_db
def test_a_directory_has_to_be_named_where_there_is_one_only(
    upstream: Upstream,
) -> None:
    upstream.person = {**MICROSOFT, "iss": upstream.issuer, "tid": None}
    assert refused(at("microsoft", upstream), upstream) == "tid"


def test_a_subject_that_is_too_long_with_its_directory_is_nobodys(
    common: Connection,
    upstream: Upstream,
) -> None:
    upstream.person["sub"] = "a" * 250
    assert refused(common, upstream) == "sub"


@pytest.mark.django_db
def test_gitlab_tells_the_name_in_user_info_alone(upstream: Upstream) -> None:
    upstream.person = dict(GITLAB)
    upstream.answers["/userinfo"] = {**GITLAB, "name": "Ann", "groups": ["a/b"]}
    found = vouch(at("gitlab", upstream), upstream)
    assert (found.subject, found.name, found.verified) == ("12345", "Ann", True)


@pytest.fixture
def apple(
    db: None,
    upstream: Upstream,
) -> tuple[Connection, Any]:
    """A connection to Apple, and the public key of its client."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    made = at(
        "apple",
        upstream,
        client_secret=encrypt(pem),
        team_id="DEF123GHIJ",
        key_id="ABC123DEFG",
    )
    upstream.person = dict(APPLE)
    return made, key.public_key()


def apple_answer(
    connection: Connection,
    upstream: Upstream,
) -> dict[str, Any]:
    """Return what Apple says to a code; it does not know our secret as others do."""
    asked = dict(parse_qsl(urlsplit(begin(connection, ASKED)).query))
    token = upstream.id_token(asked["nonce"])
    return {"access_token": "at-of-apple", "token_type": "Bearer", "id_token": token}


def test_apple_is_shown_a_secret_of_five_minutes(
    apple: tuple[Connection, Any],
    upstream: Upstream,
) -> None:
    connection, public = apple
    upstream.answers["/token"] = apple_answer(connection, upstream)
    found = finish(connection, ASKED, Answer("c", "Ann Apple"))
    assert (found.subject, found.name) == (APPLE["sub"], "Ann Apple")
    assert (found.email, found.verified) == (APPLE["email"], True)
    [form] = [asked.form for asked in upstream.asked if asked.path == "/token"]
    assert "code_verifier" not in form and form["client_id"] == "our-client"
    secret = form["client_secret"]
    assert jwt.get_unverified_header(secret) == {
        "alg": "ES256",
        "kid": "ABC123DEFG",
        "typ": "JWT",
    }
    told = jwt.decode(secret, public, ["ES256"], audience=upstream.issuer)
    assert (told["iss"], told["sub"]) == ("DEF123GHIJ", "our-client")
    assert 0 < told["exp"] - told["iat"] <= 300
    assert abs(told["iat"] - time.time()) < 10


def test_apple_answers_by_a_form(apple: tuple[Connection, Any]) -> None:
    given = dict(parse_qsl(urlsplit(begin(apple[0], ASKED)).query))
    assert given["response_mode"] == "form_post"
    assert given["scope"] == "openid name email"
    assert given["nonce"] == ASKED.nonce and "code_challenge" not in given


@pytest.mark.parametrize(
    ("told", "verified"),
    [
        *((True, True), ("true", True), (False, False), ("false", False)),
        *(("TRUE", False), (1, False), (None, False), ([True], False)),
    ],
)
def test_apple_says_in_text_what_is_verified(
    apple: tuple[Connection, Any],
    upstream: Upstream,
    told: Any,
    verified: bool,
) -> None:
    upstream.person["email_verified"] = told
    upstream.answers["/token"] = apple_answer(apple[0], upstream)
    assert finish(apple[0], ASKED, Answer("c")).verified is verified


def test_a_key_that_signs_nothing_is_a_fault(
    apple: tuple[Connection, Any],
    upstream: Upstream,
) -> None:
    apple[0].client_secret = encrypt("no key")
    assert refused(apple[0], upstream) == "client_secret"
    assert "/token" not in [asked.path for asked in upstream.asked]


@pytest.mark.django_db
def test_linkedin_repeats_no_nonce_and_takes_no_verifier(upstream: Upstream) -> None:
    upstream.person = dict(LINKEDIN)
    connection = at("linkedin", upstream)
    given = dict(parse_qsl(urlsplit(begin(connection, ASKED)).query))
    assert not {"nonce", "code_challenge"} & set(given)
    assert vouch(connection, upstream).verified
    [form] = [asked.form for asked in upstream.asked if asked.path == "/token"]
    assert "code_verifier" not in form
