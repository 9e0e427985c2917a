"""Hostile key sets (RFC 7517), and which of their keys may verify."""

import json
from collections.abc import Iterator
from typing import Any

from forging import ED, ES, PUBLIC, RS, STRANGER, changed, decode, encode

GOOD = [PUBLIC[ES], PUBLIC[RS], PUBLIC[ED]]
ALL = [ES, RS, ED]


class Document:
    """A key set as text, and the names of the keys in it that are usable."""

    def __init__(
        self,
        name: str,
        document: Any,
        usable: list[str],
    ) -> None:
        self.name = name
        text = document if isinstance(document, str) else json.dumps(document)
        self.row = {"name": name, "document": text, "usable": sorted(usable)}


def beside(
    name: str,
    of: str,
    **changes: Any,
) -> Document:
    """Return a set of one key with changes, and a good one that is left."""
    other = ES if of == RS else RS
    keys = [changed(PUBLIC[of], changes), PUBLIC[other]]
    return Document(name, {"keys": keys}, [other])


def documents() -> Iterator[Document]:
    """Yield every case."""
    yield Document("the three keys", {"keys": GOOD}, ALL)
    bare = [{k: v for k, v in key.items() if k not in ("alg", "use")} for key in GOOD]
    yield Document("without alg and use", {"keys": bare}, ALL)
    more = [{**key, "key_ops": ["verify"], "x5c": [], "more": 1} for key in GOOD]
    yield Document("with what is not looked at", {"keys": more, "more": 1}, ALL)
    yield from shapes()
    yield from kinds()
    yield from numbers()


def shapes() -> Iterator[Document]:
    """What is no set, or is one with rubbish in it."""
    for text in ("[]", "null", "{}", '{"keys": null}', '{"keys": {}}', "", "\ufeff{}"):
        yield Document(f"a document {text!r}", text, [])
    once = json.dumps({"keys": GOOD})
    yield Document("keys twice", f'{once[:-1]}, "keys": []}}', [])
    doubled = once.replace('"kty": "EC"', '"kty": "EC", "kty": "EC"')
    yield Document("a member of a key twice", doubled, [])
    rubbish = [None, 1, "x", [], [PUBLIC[ES]], {}, {"kty": "EC"}]
    yield Document("rubbish between", {"keys": [*rubbish, *GOOD]}, ALL)
    twins = [PUBLIC[ES], {**PUBLIC[STRANGER], "kid": ES}, PUBLIC[RS]]
    yield Document("a kid twice", {"keys": twins}, [RS])
    broken = [{"kty": "oct", "kid": ES}, PUBLIC[ES], PUBLIC[RS]]
    yield Document("a kid twice, once on rubbish", {"keys": broken}, [RS])
    yield Document("the hundredth key", {"keys": [*[None] * 99, PUBLIC[ES]]}, [ES])
    yield Document("the one after it", {"keys": [*[None] * 100, PUBLIC[ES]]}, [])


def kinds() -> Iterator[Document]:
    """What a key says of itself."""
    for kid in ("", None, 1, ["x"], "x" * 257):
        yield beside(f"kid {str(kid)[:9]!r}", ES, kid=kid)
    longest = {**PUBLIC[ES], "kid": "x" * 256}
    yield Document("the longest kid", {"keys": [longest]}, ["x" * 256])
    for kty in ("oct", "RSA", "OKP", "ec", "", None, 1, ["EC"], "constructor"):
        yield beside(f"kty {kty!r}", ES, kty=kty)
    yield beside("a secret", ES, kty="oct", k="AAAA")
    for use in ("enc", "SIG", "", None, ["sig"]):
        yield beside(f"use {use!r}", ES, use=use)
    for ops in ([], ["sign"], "verify", None, {"verify": 1}):
        yield beside(f"key_ops {ops!r}", ES, key_ops=ops)
    for kid in (ES, RS, ED):
        for alg in ("HS256", "none", "PS256", "ES384", "Ed25519", "", None, ["ES256"]):
            yield beside(f"alg {alg!r} on {kid}", kid, alg=alg)
        for name in ("d", "p", "k", "oth"):
            yield beside(f"{name} on {kid}", kid, **{name: "AAAA"})
    for crv in ("P-384", "P-521", "secp256k1", "p-256", "Ed25519", None, 1):
        yield beside(f"crv {crv!r} on {ES}", ES, crv=crv)
    for crv in ("X25519", "Ed448", "ed25519", "P-256", None):
        yield beside(f"crv {crv!r} on {ED}", ED, crv=crv)


def numbers() -> Iterator[Document]:
    """The numbers of a key."""
    x, n = PUBLIC[ES]["x"], PUBLIC[RS]["n"]
    raw = decode(n)
    for kid in (ES, ED):
        for name, value in {
            "padded": f"{PUBLIC[kid]['x']}=",
            "empty": "",
            "null": None,
            "a number": 1,
            "short": encode(decode(PUBLIC[kid]["x"])[:-1]),
            "long": encode(b"\0" + decode(PUBLIC[kid]["x"])),
        }.items():
            yield beside(f"x {name} on {kid}", kid, x=value)
    yield beside("a point off the curve", ES, y=x)
    yield beside("the point at zero", ES, x=encode(bytes(32)), y=encode(bytes(32)))
    yield beside("x beyond the field", ES, x=encode(b"\xff" * 32))
    for name, value in {
        "1024 bits": encode(raw[:128][:-1] + b"\1"),
        "2040 bits": encode(raw[:254] + b"\1"),
        "an even modulus": encode(raw[:-1] + b"\2"),
        "a zero before": encode(b"\0" + raw),
        "8200 bits": encode(b"\xff" * 1025),
        "padding": f"{n}==",
        "nothing": "",
        "null": None,
    }.items():
        yield beside(f"a modulus of {name}", RS, n=value)
    for name, e in {
        "1": b"\1",
        "3": b"\3",
        "even": b"\1\0\0",
        "65535": b"\xff\xff",
        "a zero before": b"\0\1\0\1",
        "5 bytes": b"\1\0\0\0\1",
        "nothing": b"",
    }.items():
        yield beside(f"an exponent of {name}", RS, e=encode(e))
    wide = {**PUBLIC[RS], "e": encode(b"\xff\xff\xff\xfd")}
    yield Document("an exponent of 32 bits", {"keys": [wide]}, [RS])
