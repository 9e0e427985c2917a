"""A client that proves itself by a key: what passes, and that nothing else does."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from cryptography.hazmat.primitives import serialization
from django.utils import timezone
from pytest_django import Settings

from accounts.flows import confirmation
from accounts.models import SpentCode
from tenants.models import Application
from tests.config.peers import reply, saying, serving
from tests.conftest import Together
from tests.factories import ApplicationFactory
from tests.tokens.oidc.asserting import (
    ALL,
    TYPE,
    Asked,
    find,
    good,
    refused,
    registered,
    show,
)
from tests.tokens.oidc.signers import (
    GONE,
    ISSUER,
    TOKEN,
    Signer,
    claims_of,
    jwks,
    signer,
)
from tokens.oidc import client_keys
from tokens.oidc.assertions import (
    AHEAD_SECONDS,
    METHOD,
    SKEW_SECONDS,
    ClientAssertion,
)

pytestmark = [pytest.mark.django_db, pytest.mark.spec("RFC 7523 3")]


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    settings.ISSUER = ISSUER
    client_keys.forget()
    yield
    client_keys.forget()


@pytest.fixture
def application() -> Application:
    """An application with one key of each algorithm."""
    return registered()


@pytest.mark.parametrize("algorithm", ALL)
def test_a_signed_assertion_proves_its_client(
    application: Application,
    algorithm: str,
) -> None:
    assert show(good(application, algorithm)) == application.client_id


@pytest.mark.parametrize(
    "changed",
    [
        *({"aud": ISSUER}, {"aud": TOKEN}, {"aud": f"{ISSUER}/oauth/introspect"}),
        *({"aud": [ISSUER]}, {"aud": [ISSUER, TOKEN]}, {"iat": GONE}, {"nbf": 5}),
        *({"jti": "é" * 255}, {"more": {"a": [1]}}),
    ],
)
def test_what_an_assertion_may_say(
    application: Application,
    changed: dict[str, Any],
) -> None:
    shown = good(application, **changed)
    uri = f"{ISSUER}/oauth/introspect?x=1"
    assert show(shown, uri=uri) == application.client_id


def test_times_may_be_fractions_and_clocks_may_differ_a_little(
    application: Application,
) -> None:
    now = time.time()
    allowed: list[dict[str, Any]] = [
        {"exp": now + 599.5, "iat": now - 0.5},
        {"exp": now - 20, "iat": now - 80},
        {"iat": now + 20, "exp": now + 620},
    ]
    for times in allowed:
        assert show(good(application, **times)) == application.client_id


@pytest.mark.parametrize(
    "changed",
    [
        *({"iss": GONE}, {"sub": GONE}, {"iss": "other"}, {"sub": "other"}),
        *({"iss": "other", "sub": "other"}, {"sub": ["x"]}, {"sub": {"a": 1}}),
        *({"sub": 5, "iss": 5}, {"sub": None, "iss": None}, {"sub": "", "iss": ""}),
        *({"sub": "\ud800", "iss": "\ud800"}, {"sub": "\x00", "iss": "\x00"}),
        *({"sub": "é", "iss": "é"}, {"sub": "x" * 65, "iss": "x" * 65}),
        *({"aud": GONE}, {"aud": "https://other.example.com"}, {"aud": []}),
        *({"aud": [ISSUER, "https://other.example.com"]}, {"aud": None}, {"aud": 5}),
        *({"aud": [ISSUER] * 6}, {"aud": [[ISSUER]]}, {"aud": {ISSUER: 1}}),
        *({"aud": ISSUER + "/"}, {"aud": ISSUER.upper()}, {"aud": [5]}),
        *({"exp": GONE}, {"exp": 0}, {"exp": time.time() - 3600}, {"exp": "soon"}),
        *(
            {"exp": time.time() + 2 * AHEAD_SECONDS},
            {"exp": 10**400},
            {"exp": True},
            {"exp": []},
        ),
        *({"exp": float("nan")}, {"exp": float("inf")}, {"exp": None}),
        *({"iat": time.time() + 3600}, {"iat": "now"}, {"iat": []}, {"iat": None}),
        *({"nbf": time.time() + 3600}, {"nbf": {}}, {"iat": float("nan")}),
        *({"jti": GONE}, {"jti": ""}, {"jti": 5}, {"jti": ["x"]}, {"jti": "x" * 256}),
        {"jti": "\ud800"},
    ],
)
def test_what_it_may_not_say(
    application: Application,
    changed: dict[str, Any],
) -> None:
    refused(good(application, **changed))


def _unsigned(application: Application) -> str:
    return jwt.encode(claims_of(application.client_id), "", algorithm="none")


def _hmac_with_the_public_key(application: Application) -> str:
    pem = (
        signer("RS256", kid="RS256")
        .private.public_key()
        .public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    head = {"alg": "HS256", "kid": "RS256"}
    parts = [head, claims_of(application.client_id)]
    text = ".".join(
        base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode()
        for p in parts
    )
    made = hmac.new(pem, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _by(
    maker: Signer,
    **header: Any,
) -> Callable[[Application], str]:
    return lambda application: maker.sign(claims_of(application.client_id), **header)


ES = signer("ES256", kid="ES256")


@pytest.mark.spec("RFC 8725 3.1")
@pytest.mark.parametrize(
    "made",
    [
        _unsigned,
        _hmac_with_the_public_key,
        _by(signer("ES256", kid="strange"), kid="ES256"),
        _by(signer("ES256", kid="strange")),
        _by(signer("ES384", kid="ES256")),
        _by(signer("RS256", kid="RS256"), alg="PS256"),
        _by(signer("RS256", kid="RS256"), kid="ES256"),
        _by(signer("RS256", kid="RS256"), alg="RS512"),
        _by(ES, alg=GONE),
        _by(ES, alg=["ES256"]),
        _by(ES, alg="es256"),
        _by(ES, typ="at+jwt"),
        _by(ES, typ="logout+jwt"),
        _by(ES, typ=5),
        _by(ES, kid=5),
        _by(ES, kid="x" * 256),
        _by(ES, crit=["exp"]),
        _by(ES, crit=["b64"], b64=False),
    ],
)
def test_the_key_decides_what_it_may_verify(
    application: Application,
    made: Callable[[Application], str],
) -> None:
    refused(made(application))


@pytest.mark.parametrize("header", [{"kid": GONE}, {"typ": "JWT"}, {"typ": GONE}])
def test_a_key_needs_no_name_and_a_type_may_be_said(
    application: Application,
    header: dict[str, Any],
) -> None:
    shown = ES.sign(claims_of(application.client_id), **header)
    assert show(shown) == application.client_id


def test_a_changed_assertion_is_refused(application: Application) -> None:
    head, _, signature = good(application).split(".")
    other = good(application).split(".")[1]
    refused(f"{head}.{other}.{signature}")
    refused(f"{head}.{other}.")
    refused(f"{head}.{other}.{signature[:-4]}AAAA")


def test_a_request_without_an_assertion_is_none_of_ours() -> None:
    for form in (
        {},
        {"client_assertion": "x"},
        {"client_assertion_type": TYPE},
        {"client_assertion": "x", "client_assertion_type": "saml2-bearer"},
    ):
        assert ClientAssertion()(find, Asked(form)) is None


def test_the_client_id_sent_beside_it_must_be_its_own(application: Application) -> None:
    refused(good(application), client_id="other")
    named = {"client_id": application.client_id}
    assert show(good(application), **named) == application.client_id


def test_who_is_registered_for_a_secret_is_refused_and_its_address_not_asked() -> None:
    with serving(saying(reply(json.dumps(jwks(signer())).encode()))) as peer:
        other = ApplicationFactory(type="web", jwks_uri=peer.url())
        refused(signer().sign(claims_of(other.client_id)))
    assert peer.asked == []


def test_a_key_of_one_client_proves_no_other(application: Application) -> None:
    other = ApplicationFactory(
        type="web", client_authentication=METHOD, jwks=jwks(signer("EdDSA"))
    )
    refused(good(other))


def test_keys_come_from_the_registered_address(application: Application) -> None:
    answer = reply(json.dumps(jwks(signer())).encode())
    with serving(saying(answer)) as peer:
        application.jwks, application.jwks_uri = None, peer.url("/jwks")
        application.save()
        shown = signer().sign(claims_of(application.client_id))
        assert show(shown) == application.client_id
    assert len(peer.asked) == 1


def test_an_assertion_is_good_once(application: Application) -> None:
    shown = good(application)
    assert show(shown)
    with pytest.raises(InvalidClientError):
        show(shown)
    again = good(application, jti=claims_of("x")["jti"])
    assert show(again)


def test_a_jti_is_remembered_for_longer_than_it_can_be_shown(
    application: Application,
) -> None:
    assert show(good(application, exp=time.time() + AHEAD_SECONDS))
    longest = timedelta(seconds=AHEAD_SECONDS + 2 * SKEW_SECONDS)
    SpentCode.objects.update(created_at=timezone.now() - longest)
    confirmation.purge()
    assert SpentCode.objects.exists()


def test_one_clients_jti_is_not_anothers(application: Application) -> None:
    other = ApplicationFactory(
        type="web", client_authentication=METHOD, jwks=application.jwks
    )
    for each in (application, other):
        assert show(good(each, jti="same")) == each.client_id


@pytest.mark.django_db(transaction=True)
def test_of_parallel_replays_one_passes(
    application: Application,
    together: Together,
) -> None:
    shown = good(application)
    got = together(10, lambda number: show(shown))
    assert [one for one in got if not isinstance(one, Exception)] == [
        application.client_id
    ]
    assert {type(one) for one in got if isinstance(one, Exception)} == {
        InvalidClientError
    }
