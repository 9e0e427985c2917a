"""Which public keys a client may register."""

from typing import Any

import pytest

from config.errors import InvalidInput
from tenants import keysets
from tests.tenants.clientkeys import key, keys


def refusal(value: Any) -> str:
    """Return why a set is refused."""
    with pytest.raises(InvalidInput) as refused:
        keysets.public("jwks", value)
    (error,) = refused.value.errors
    assert error.pointer == "#/jwks"
    return error.detail


@pytest.mark.parametrize(
    "good",
    [
        *(
            key(),
            key("OKP"),
            key("RSA2048"),
            key("EC", kid="a", use="sig", alg="ES256"),
        ),
        *(key("OKP", alg="EdDSA"), key("RSA2048", alg="PS256"), key("EC", kid="é")),
    ],
)
def test_strong_public_keys_are_taken(good: dict[str, Any]) -> None:
    assert keysets.public("jwks", keys(good)) == {"keys": [good]}


def test_no_set_is_none() -> None:
    assert keysets.public("jwks", None) is None


def test_members_that_nobody_reads_are_left_out() -> None:
    given = keys(key(x5u="https://a.example", key_ops=["verify"], ext=True))
    assert keysets.public("jwks", {**given, "more": "x" * 99_999}) == keys()


@pytest.mark.parametrize(
    "bad",
    [
        *({}, [], "x", 5, True, {"keys": None}, {"keys": {}}, {"keys": []}, key()),
        {"keys": [key(kid=str(n)) for n in range(21)]},
    ],
)
def test_what_is_no_set_is_refused(bad: Any) -> None:
    assert "1 to 20 keys" in refusal(bad)


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_private_key_is_refused_and_not_repeated(member: str) -> None:
    told = refusal(keys(key("RSA2048", **{member: "hidden-part"})))
    assert "private" in told and "hidden-part" not in told
    assert "private" in refusal(keys({"kty": "oct", "k": "c2VjcmV0"}))


@pytest.mark.parametrize(
    "bad",
    [
        *(None, 5, "x", [], {}, {"kty": 5}, {"kty": "oct"}, {"kty": ["EC"]}),
        *({"kty": "EC"}, {"kty": {}}, {"kty": "\ud800"}),
        *(key("RSA1024"), key("EC384"), key(crv="P-384"), key(crv=None)),
        *(key(x=key()["y"], y=key()["x"]), key(x=""), key(x="AA"), key(x="é" * 43)),
        *(key(x="A" * 43, y="A" * 43), key(x=["A"]), key(x=key()["x"] + "=")),
        *(key("OKP", crv="X25519"), key("OKP", x="AAAA"), key("OKP", crv="Ed448")),
        *(key("RSA2048", e="AQ"), key("RSA2048", e="AQAAAAAB"), key("RSA2048", e="")),
        *(key("RSA2048", e="BA"), key("RSA2048", n="x" * 100_000), key("RSA2048", n=5)),
        *(key(use="enc"), key(use=5), key(alg="RS256"), key(alg="none"), key(alg=[])),
        *(key("RSA2048", alg="HS256"), key(kid=""), key(kid=5), key(kid="x" * 256)),
        *(key(kid="a\x00"), key(kid="\ud800"), key(kid={})),
    ],
)
def test_weak_broken_and_strange_keys_are_refused(bad: Any) -> None:
    refusal(keys(bad))
    refusal(keys(key("OKP"), bad))


def test_a_kid_names_one_key() -> None:
    assert "same kid" in refusal(keys(key(kid="a"), key("OKP", kid="a")))
    both = keys(key(), key("OKP"))
    assert keysets.public("jwks", both) == both


def test_a_set_has_an_end() -> None:
    many = [key("RSA2048", kid=f"{n}-" + "é" * 200) for n in range(20)]
    assert "16384 bytes" in refusal({"keys": many})
