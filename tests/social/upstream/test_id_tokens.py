"""Which ID tokens stand: each check of OpenID Connect Core, and what parsers trip over."""

import base64
import hashlib
import json
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.fields import uuid7
from social.errors import UpstreamFault
from social.upstream.id_tokens import MOST_CHARACTERS, Expected, verified
from tests.tokens.oidc.signers import GONE, Signer, jwks, signer
from tokens.oidc import client_keys

pytestmark = pytest.mark.spec("OIDC Core 3.1.3.7")
ISSUER = "https://id.example.com"
EC, RSA, EDDSA = signer("ES256"), signer("RS256", "two"), signer("EdDSA", "three")
EXPECTED = Expected(
    connection_id=uuid7(),
    jwks_uri="https://id.example.com/jwks",
    issuers=(ISSUER,),
    audiences=("us",),
    nonce="n-1",
)
TENANT = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Have the provider publish these keys; a test may change them."""
    document = jwks(EC, RSA, EDDSA)

    def remote(
        source_id: Any,
        uri: str,
        *,
        kid: str,
    ) -> list[client_keys.PublicKey]:
        assert (source_id, uri) == (EXPECTED.connection_id, EXPECTED.jwks_uri)
        return client_keys.named(client_keys.suitable(document), kid)

    monkeypatch.setattr(client_keys, "remote", remote)
    return document


def claims(**changed: Any) -> dict[str, Any]:
    """Return good claims, but for these."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": "us", "sub": "u-1", "nonce": "n-1"}
    found = {**usual, "iat": now, "exp": now + 300, **changed}
    return {name: value for name, value in found.items() if value is not GONE}


def refused(
    token: Any,
    check: str,
    expected: Expected = EXPECTED,
) -> None:
    """See a token refused by a check."""
    with pytest.raises(UpstreamFault) as caught:
        verified(token, expected)
    assert caught.value.check == check


def encoded(raw: str | bytes) -> str:
    text = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(
    raw: str | bytes,
    header: str = '{"alg":"ES256","kid":"one"}',
) -> str:
    """Return a token of these very bytes, well signed."""
    first = f"{encoded(header)}.{encoded(raw)}"
    algorithm = jwt.get_algorithm_by_name("ES256")
    return f"{first}.{encoded(algorithm.sign(first.encode(), EC.private))}"


@pytest.mark.parametrize("by", [EC, RSA, EDDSA])
def test_a_good_token_stands(by: Signer) -> None:
    assert verified(by.sign(claims()), EXPECTED)["sub"] == "u-1"


def test_a_token_without_kid_is_tried_with_every_key() -> None:
    assert verified(EC.sign(claims(), kid=GONE), EXPECTED)["sub"] == "u-1"


@pytest.mark.parametrize("token", [None, 5, True, [], {}, b"a.b.c"])
def test_what_is_no_text_is_no_token(token: Any) -> None:
    refused(token, "id_token")


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "a.b", "aa.bb.cc", "aa.bb.cc.dd.ee", "é.é.é", "a\x00.b.c"),
        *("aa.bb.cc\n", " aa.bb.cc", "a" * (MOST_CHARACTERS + 1), "\ud800.bb.cc"),
    ],
)
def test_what_is_no_jwt_is_refused(token: str) -> None:
    refused(token, "id_token")


def test_a_token_of_a_megabyte_is_not_looked_at() -> None:
    refused(EC.sign(claims(x="x" * 1_000_000)), "id_token")


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
def test_a_token_that_nothing_signs_is_refused(name: str) -> None:
    header, body = encoded(json.dumps({"alg": name})), encoded(json.dumps(claims()))
    refused(f"{header}.{body}.", "alg")
    refused(f"{header}.{body}.AAAA", "alg")


@pytest.mark.parametrize(
    "alg",
    [
        "HS256",
        "RS384",
        "ES512",
        "RSA1_5",
        "",
        "es256",
        None,
        5,
        [],
        {},
        ["ES256"],
        True,
    ],
)
def test_an_algorithm_of_a_strangers_choice_is_refused(alg: Any) -> None:
    header = encoded(json.dumps({"alg": alg, "kid": "one"}))
    refused(f"{header}.{encoded(json.dumps(claims()))}.AAAA", "alg")


def test_a_header_without_algorithm_is_refused() -> None:
    refused(EC.sign(claims(), alg=GONE), "alg")


@pytest.mark.parametrize("secret", [b"our-secret" * 4, b"public"])
def test_nobody_signs_with_what_others_know(secret: bytes) -> None:
    if secret == b"public":
        public = RSA.private.public_key()
        secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    algorithm = jwt.get_algorithm_by_name("HS256")
    first = encoded('{"alg":"HS256","kid":"two"}') + "." + encoded(json.dumps(claims()))
    refused(f"{first}.{encoded(algorithm.sign(first.encode(), secret))}", "alg")


def test_an_unknown_kid_has_no_key() -> None:
    refused(EC.sign(claims(), kid="other"), "jwks")


@pytest.mark.parametrize("kid", [5, None, [], {}, True])
def test_a_kid_is_text(kid: Any) -> None:
    refused(EC.sign(claims(), kid=kid), "kid")


def test_a_key_in_the_header_is_nobodys() -> None:
    other = signer("RS256", "other")
    refused(other.sign(claims(), kid="two", jwk=other.jwk), "signature")
    refused(other.sign(claims(), jwk=other.jwk, jku="https://evil.example/"), "jwks")


def test_a_key_of_another_kind_fits_no_signature() -> None:
    refused(RSA.sign(claims(), kid="one"), "jwks")
    refused(EC.sign(claims(), kid="two"), "jwks")


def test_a_key_for_another_algorithm_fits_no_signature(
    published: dict[str, Any],
) -> None:
    published["keys"] = [{**RSA.jwk, "alg": "PS256"}]
    refused(RSA.sign(claims()), "jwks")


@pytest.mark.parametrize(
    "more", [{"use": "enc"}, {"key_ops": ["sign"]}, {"kty": "oct"}]
)
def test_a_key_for_something_else_signs_nothing(
    published: dict[str, Any],
    more: dict[str, Any],
) -> None:
    published["keys"] = [{**EC.jwk, **more}]
    refused(EC.sign(claims()), "jwks")


def test_anothers_signature_is_refused() -> None:
    refused(signer("ES256", "evil").sign(claims(), kid="one"), "signature")
    good = EC.sign(claims()).split(".")
    body = encoded(json.dumps(claims(sub="admin")))
    refused(f"{good[0]}.{body}.{good[2]}", "signature")


@pytest.mark.spec("RFC 7515 4.1.11")
@pytest.mark.parametrize("crit", [["exp"], [], ["b64"], None, "exp"])
def test_an_extension_that_is_critical_is_not_known(crit: Any) -> None:
    refused(signed(json.dumps(claims()), header(crit=crit)), "crit")


def header(**more: Any) -> str:
    return json.dumps({"alg": "ES256", "kid": "one", **more})


@pytest.mark.spec("RFC 7519 5.2")
def test_a_token_in_a_token_is_none() -> None:
    inner = EC.sign(claims())
    refused(signed(inner, header(cty="JWT")), "id_token")
    refused(signed(json.dumps(inner), header(cty="JWT")), "id_token")


@pytest.mark.parametrize(
    "raw",
    [
        *(b"[]", b"null", b"5", b'"x"', b"\xff\xfe", b"{", b"{}x", b"[" * 4000),
        *(b"\x00\x00\x00\x00", b"9" * 5000),
    ],
)
def test_claims_are_an_object(raw: bytes) -> None:
    refused(signed(raw), "id_token")


@pytest.mark.spec("RFC 8725 2.4")
@pytest.mark.parametrize(
    "more",
    ['"sub":"u-2"', '"sub":"u-1"', '"aud":"us"', '"aud":"other"', '"x":{"a":1,"a":1}'],
)
def test_what_two_readers_could_read_differently_is_refused(more: str) -> None:
    text = json.dumps(claims())
    assert verified(signed(text), EXPECTED)
    refused(signed(f"{text[:-1]},{more}}}"), "id_token")
    refused(signed(f"{{{more},{text[1:]}"), "id_token")


def test_a_header_that_says_a_thing_twice_is_refused() -> None:
    for more in ('"alg":"none"', '"alg":"ES256"', '"kid":"two"'):
        header = '{"alg":"ES256","kid":"one",' + more + "}"
        refused(signed(json.dumps(claims()), header), "id_token")


def test_base64url_has_one_spelling() -> None:
    for pad in ("", "x", "xx"):
        head, body, signature = EC.sign(claims(x=pad)).split(".")
        if len(body) % 4:
            break
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = last[last.index(body[-1]) + 1]  # the same bytes, to a lenient reader
    refused(f"{head}.{body[:-1]}{other}.{signature}", "id_token")


@pytest.mark.parametrize("name", ["exp", "iat", "auth_time"])
@pytest.mark.parametrize("number", [10**400, 1e400, float("nan"), float("-inf")])
def test_a_number_without_end_is_none(
    name: str,
    number: Any,
) -> None:
    refused(EC.sign(claims(**{name: number})), "id_token")


@pytest.mark.parametrize(
    "issuer",
    [
        *(GONE, None, "", 5, True, [ISSUER], {}, f"{ISSUER}/", ISSUER.upper()),
        *("http://id.example.com", "https://id.example.com.evil.example", f"{ISSUER} "),
    ],
)
def test_the_issuer_is_the_providers(issuer: Any) -> None:
    refused(EC.sign(claims(iss=issuer)), "iss")


@pytest.mark.parametrize(
    "audience",
    [GONE, None, "", "other", "US", " us", 5, True, [], ["other"], [["us"]], {"us": 1}],
)
def test_the_audience_is_ours(audience: Any) -> None:
    refused(EC.sign(claims(aud=audience)), "aud")


def test_several_audiences_need_us_as_the_authorized_party() -> None:
    refused(EC.sign(claims(aud=["us", "other"])), "azp")
    refused(EC.sign(claims(aud=["us", "other"], azp="other")), "azp")
    assert verified(EC.sign(claims(aud=["us", "other"], azp="us")), EXPECTED)
    assert verified(EC.sign(claims(aud=["us"])), EXPECTED)
    many = ["us", *(f"client-{n}" for n in range(10))]
    refused(EC.sign(claims(aud=many, azp="us")), "aud")


@pytest.mark.parametrize("party", ["", "other", 5, True, ["us"], {}])
def test_the_authorized_party_is_us(party: Any) -> None:
    refused(EC.sign(claims(azp=party)), "azp")


@pytest.mark.parametrize(
    "end",
    [
        *(GONE, None, "", True, [], {}, "9999999999", 0, -1, -1e300),
    ],
)
def test_the_end_is_a_time_to_come(end: Any) -> None:
    refused(EC.sign(claims(exp=end)), "exp")


def test_times_may_be_a_minute_off() -> None:
    now = int(time.time())
    assert verified(EC.sign(claims(exp=now - 50)), EXPECTED)
    refused(EC.sign(claims(exp=now - 61)), "exp")
    assert verified(EC.sign(claims(iat=now + 50)), EXPECTED)
    refused(EC.sign(claims(iat=now + 70)), "iat")


@pytest.mark.parametrize("made", [GONE, None, True, "1", 0, 1e300, 10**19])
def test_the_beginning_is_a_time_just_now(made: Any) -> None:
    refused(EC.sign(claims(iat=made)), "iat")


def test_an_old_token_is_refused_however_long_it_lasts() -> None:
    now = int(time.time())
    refused(EC.sign(claims(iat=now - 700, exp=now + 86400)), "iat")


@pytest.mark.parametrize(
    "begin", [None, "x", True, pytest.param(time.time() + 3600, id="later")]
)
def test_a_token_that_is_not_good_yet_is_refused(begin: Any) -> None:
    refused(EC.sign(claims(nbf=begin)), "nbf")


@pytest.mark.parametrize("nonce", [GONE, None, "", "other", 5, True, ["n-1"], "N-1"])
def test_the_nonce_is_the_one_asked_for(nonce: Any) -> None:
    refused(EC.sign(claims(nonce=nonce)), "nonce")


def test_a_nonce_in_sha_256_is_for_phones_alone() -> None:
    hashed = hashlib.sha256(b"n-1").hexdigest()
    refused(EC.sign(claims(nonce=hashed)), "nonce")
    assert verified(EC.sign(claims(nonce=hashed)), replace(EXPECTED, hashed=True))


def test_a_nonce_that_nobody_asked_for_is_refused() -> None:
    none = replace(EXPECTED, nonce=None)
    assert verified(EC.sign(claims(nonce=GONE)), none)
    refused(EC.sign(claims(nonce="n-1")), "nonce", none)


@pytest.mark.spec("OIDC Core 3.1.3.6")
def test_the_hash_of_the_access_token_is_looked_at() -> None:
    with_token = replace(EXPECTED, access_token="at")
    half = hashlib.sha256(b"at").digest()[:16]
    assert verified(EC.sign(claims(at_hash=encoded(half))), with_token)
    assert verified(EC.sign(claims()), with_token)
    for wrong in ("", "x", 5, True, [encoded(half)], encoded(half).lower()):
        refused(EC.sign(claims(at_hash=wrong)), "at_hash", with_token)


@pytest.mark.parametrize("subject", [GONE, None, "", 5, True, ["u-1"], {}])
def test_the_subject_is_text(subject: Any) -> None:
    refused(EC.sign(claims(sub=subject)), "sub")


def test_a_directory_of_microsofts_is_the_one_that_it_names() -> None:
    place = "https://login.microsoftonline.com/{tenantid}/v2.0"
    common = replace(EXPECTED, issuers=(place,))
    own = place.replace("{tenantid}", TENANT)
    assert verified(EC.sign(claims(iss=own, tid=TENANT)), common)
    other = TENANT.replace("1", "9")
    for tid in (GONE, None, 5, other, "", "../evil", TENANT + "\n", [TENANT]):
        refused(EC.sign(claims(iss=own, tid=tid)), "iss", common)
    refused(EC.sign(claims(iss=place)), "iss", common)
    refused(EC.sign(claims(iss=place, tid="{tenantid}")), "iss", common)


@pytest.mark.parametrize("told", [GONE, None, "now", True, -70, "1" * 400, []])
def test_who_was_asked_anew_has_proven_it_since(told: Any) -> None:
    """Number 13: without `prompt` in the address a provider asks nobody anything."""
    began = int(time.time())
    expected = replace(EXPECTED, since=float(began))
    moment = began + told if told == -70 else told
    refused(EC.sign(claims(auth_time=moment)), "auth_time", expected)
    assert verified(EC.sign(claims(auth_time=moment)), EXPECTED)
    for seconds in (-50, 0, 5):
        token = EC.sign(claims(auth_time=began + seconds))
        assert verified(token, expected)["sub"] == "u-1"
