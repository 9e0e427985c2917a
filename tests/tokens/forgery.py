"""Forged tokens for the RFC 8725 tests: every one must be refused."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from jwt.algorithms import ECAlgorithm, get_default_algorithms

from tokens import keyring

Attack = tuple[str, str]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def resigned(
    token: str,
    *,
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    by: str = "ES256",
) -> str:
    """Return `token` with changes, signed by our own key (a genuine signature)."""
    key = keyring.current().signer(by)
    said = _claims(token) | (claims or {})
    said = {name: value for name, value in said.items() if value is not None}
    head = {"typ": "at+jwt", "kid": key.kid, "alg": by} | (header or {})
    head = {name: value for name, value in head.items() if value is not None}
    signed = f"{_part(head)}.{_part(said)}"
    signature = get_default_algorithms()[by].sign(signed.encode(), key.private)
    return f"{signed}.{_part(signature)}"


def respelled(token: str) -> str:
    """Return the same token in other letters: with (r, s), (r, -s) is a signature too."""
    signed, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(f"{signature}==")
    mirrored = P256_ORDER - int.from_bytes(raw[32:], "big")
    return f"{signed}.{_part(raw[:32] + mirrored.to_bytes(32, 'big'))}"


def rewritten(
    token: str,
    *,
    header: bytes | None = None,
    claims: bytes | None = None,
) -> str:
    """Return `token` with parts of any bytes, signed by our own ES256 key."""
    head, body, _ = token.split(".")
    head = head if header is None else _part(header)
    body = body if claims is None else _part(claims)
    signer = get_default_algorithms()["ES256"]
    private = keyring.current().signer("ES256").private
    return f"{head}.{body}.{_part(signer.sign(f'{head}.{body}'.encode(), private))}"


def _foreign(
    token: str,
    header: dict[str, Any],
) -> str:
    stranger = ec.generate_private_key(ec.SECP256R1())
    jwk = json.loads(ECAlgorithm.to_jwk(stranger.public_key()))
    filled = {k: (jwk if v == "JWK" else v) for k, v in header.items()}
    return jwt.encode(_claims(token), stranger, algorithm="ES256", headers=filled)


def attacks(token: str) -> Iterator[Attack]:
    """Yield (what it tries, the forged token) for a genuine access token."""
    yield from _algorithms(token)
    yield from _keys(token)
    yield from _headers(token)
    yield from _contents(token)
    yield from _texts(token)
    yield from _signatures(token)
    yield from _spellings(token)


def _algorithms(token: str) -> Iterator[Attack]:
    """RFC 8725 sections 2.1, 3.1 and 3.2: the token chooses how it is checked."""
    ring = keyring.current()
    key = ring.signer("ES256")
    _, body, signature = token.split(".")
    at = {"typ": "at+jwt", "kid": key.kid}
    for name in ("none", "None", "NONE", "nOnE", ""):
        stripped = _part({**at, "alg": name})
        yield f"alg {name}", f"{stripped}.{body}."
        yield f"alg {name}, old signature", f"{stripped}.{body}.{signature}"
    pem = key.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for secret in (pem, b"", key.kid.encode()):
        hs = _part({**at, "alg": "HS256"})
        mac = hmac.new(secret, f"{hs}.{body}".encode(), hashlib.sha256).digest()
        yield f"HS256 with {secret[:12]!r}", f"{hs}.{body}.{_part(mac)}"
    wrong: list[Any] = [
        "ES384",
        "ES256K",
        "es256",
        "EdDSA",
        "RS256",
        ["ES256"],
        256,
        {},
    ]
    for alg in wrong:
        yield f"alg {alg} for our key", resigned(token, header={"alg": alg})
    yield "no alg", resigned(token, header={"alg": None})
    for other in ("RS256", "EdDSA"):
        yield f"our {other} key under another's kid", resigned(
            token, header={"kid": key.kid}, by=other
        )
        yield f"another alg for our {other} key", resigned(
            token, header={"alg": "ES256"}, by=other
        )
    yield "PS256 for our RS256 key", resigned(
        token, header={"alg": "PS256"}, by="RS256"
    )


def _keys(token: str) -> Iterator[Attack]:
    """Section 3.10: the token brings its key, or makes us fetch or look for one."""
    kid = keyring.current().signer("ES256").kid
    at = {"typ": "at+jwt"}
    yield "own key in jwk", _foreign(token, {**at, "jwk": "JWK"})
    yield "own key in jwk under our kid", _foreign(
        token, {**at, "kid": kid, "jwk": "JWK"}
    )
    yield "own key under our kid", _foreign(token, {**at, "kid": kid})
    yield "jku", _foreign(token, {**at, "kid": "x", "jku": "http://127.0.0.1:9/k"})
    yield "x5u", _foreign(token, {**at, "kid": "x", "x5u": "http://127.0.0.1:9/c"})
    yield "x5c", _foreign(token, {**at, "kid": "x", "x5c": ["MIIB"]})
    yield "kid as a path", _foreign(token, {**at, "kid": "../../../dev/null"})
    yield "kid as SQL", _foreign(token, {**at, "kid": "' OR 1=1 --"})
    for wrong in (None, "", kid.lower(), f"{kid} ", [kid], 0, {"kid": kid}):
        yield f"kid {wrong}", resigned(token, header={"kid": wrong})


def _headers(token: str) -> Iterator[Attack]:
    """Section 3.11, and RFC 7515 section 4.1.11: the type, and what must be understood."""
    _, body, signature = token.split(".")
    for typ in ("JWT", "rt+jwt", "id+jwt", "at+jwt ", ["at+jwt"], 1, None):
        yield f"typ {typ}", resigned(token, header={"typ": typ})
    yield "crit", resigned(token, header={"crit": ["exp"]})
    yield "crit of nothing", resigned(token, header={"crit": []})
    yield "crit b64", resigned(token, header={"crit": ["b64"], "b64": False})
    yield "b64", resigned(token, header={"b64": False})
    for name, raw in {
        "a list": b"[]",
        "a text": b'"at+jwt"',
        "null": b"null",
        "no JSON": b"{",
        "no UTF-8": b"\xff\xfe{}",
        "nested deep": b"[" * 1500,
        "a number of 5000 digits": b'{"alg": 1' + b"0" * 5000 + b"}",
    }.items():
        yield f"header is {name}", f"{_part(raw)[:2048]}.{body}.{signature}"


def _contents(token: str) -> Iterator[Attack]:
    """Sections 3.8 and 3.9: who made it, for whom, and when."""
    yield "other issuer", resigned(token, claims={"iss": "https://evil.example"})
    yield "our issuer among others", resigned(
        token, claims={"iss": [_claims(token)["iss"], "https://evil.example"]}
    )
    for name in ("iss", "sub", "aud", "exp", "iat", "jti", "client_id"):
        yield f"no {name}", resigned(token, claims={name: None})
    now = int(time.time())
    times: list[Any] = ["never", "", [now + 60], {}, -1, 0, False, now - 10]
    times += [now + 60.0, now + 60.5, str(now + 60), 10**12, 10**30]
    for wrong in times:
        yield f"exp {wrong!r}", resigned(token, claims={"exp": wrong})
    for wrong in (True, False, -1, float(now), str(now), [now], {}):
        for name in ("iat", "nbf", "auth_time"):
            yield f"{name} {wrong!r}", resigned(token, claims={name: wrong})
    for name in ("aud", "client_id", "sid", "tenant", "acr"):
        for wrong in ("", 7, True, [], ["x"], {"x": 1}):
            yield f"{name} {wrong!r}", resigned(token, claims={name: wrong})
    for name in ("roles", "permissions", "amr"):
        for wrong in ("x", 7, {}, [7], [["x"]]):
            yield f"{name} {wrong!r}", resigned(token, claims={name: wrong})
    yield "scope as a list", resigned(token, claims={"scope": ["x"]})
    yield "exp infinite", resigned(token, claims={"exp": float("inf")})
    yield "exp not a number", resigned(token, claims={"exp": float("nan")})
    yield "iat in the future", resigned(token, claims={"iat": now + 900})
    yield "iat as text", resigned(token, claims={"iat": "now"})
    yield "nbf in the future", resigned(token, claims={"nbf": now + 900})
    yield "sub as a number", resigned(token, claims={"sub": 7})
    yield "jti as a number", resigned(token, claims={"jti": 7})
    head, body, signature = token.split(".")
    changed = _part(_claims(token) | {"roles": ["admin"]})
    yield "changed claims", f"{head}.{changed}.{signature}"


def _texts(token: str) -> Iterator[Attack]:
    """RFC 8725 sections 2.4 and 3.7, RFC 7493: what two readers read differently."""
    kid = keyring.current().signer("ES256").kid
    head = json.dumps({"typ": "at+jwt", "kid": kid, "alg": "ES256"})
    said = json.dumps(_claims(token))
    for name, member in {
        "a kid twice": f'"kid": "{kid}"',
        "an alg twice": '"alg": "ES256"',
        "a typ twice, escaped": '"t\\u0079p": "at+jwt"',
    }.items():
        yield name, rewritten(token, header=f"{{{member}, {head[1:]}".encode())
    for name, member in {
        "a sub twice": f'"sub": {json.dumps(_claims(token)["sub"])}',
        "an iss twice, escaped": '"\\u0069ss": "https://evil.example"',
        "an inner member twice": '"more": [{"a": 1, "a": 1}]',
        "NaN": '"more": NaN',
        "minus infinity": '"more": -Infinity',
        "1e999": '"more": 1e999',
        "a number of 21 digits": f'"more": {10**20}',
        "65 levels": f'"more": {"[" * 64}{"]" * 64}',
        "half a pair": '"more": "\\ud800"',
        "half a pair as a name": '"\\udfff": 1',
        "a raw line": '"more": "\n"',
        "a comma too much": "",
    }.items():
        yield name, rewritten(token, claims=f"{{{member}, {said[1:]}".encode())
    for code in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        yield f"header in {code}", rewritten(token, header=head.encode(code))
        yield f"claims in {code}", rewritten(token, claims=said.encode(code))
    yield "no UTF-8", rewritten(token, claims=b'{"more": "\xff", ' + said[1:].encode())
    yield "claims and more", rewritten(token, claims=f"{said} {{}}".encode())
    yield "claims in a list", rewritten(token, claims=f"[{said}]".encode())


def _signatures(token: str) -> Iterator[Attack]:
    """Sections 2.2 and 3.3: what only looks like a signature."""
    head, body, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    for name, forged in {
        "of zeros": bytes(64),
        "of the curve's order": bytes(32) + raw[32:],
        "as DER": utils.encode_dss_signature(r, s),
        "half": raw[:32],
        "and more": raw + b"\x00",
        "changed": raw[:-1] + bytes([raw[-1] ^ 1]),
        "of another token": base64.urlsafe_b64decode(
            resigned(token).split(".")[2] + "=="
        ),
    }.items():
        yield f"signature {name}", f"{head}.{body}.{_part(forged)}"


def _spellings(token: str) -> Iterator[Attack]:
    """RFC 7515 section 7.1: only the compact form, letter by letter."""
    head, body, signature = token.split(".")
    yield "padding", f"{head}=.{body}.{signature}"
    yield "padding at the end", f"{token}=="
    yield "other alphabet", f"{head}.{body}.{signature[:-2]}+/"
    for name, gap in {
        "space": " ",
        "tab": "\t",
        "line": "\n",
        "wide": "\u3000",
    }.items():
        yield f"{name} behind", f"{token}{gap}"
        yield f"{name} before", f"{gap}{token}"
        yield f"{name} within", f"{head}.{gap}{body}.{signature}"
    unused = ALPHABET[ALPHABET.index(token[-1]) + 1]  # its last four bits mean nothing
    yield "unused bits", f"{token[:-1]}{unused}"
    yield "scheme", f"Bearer {token}"
    yield "letters that look alike", token.replace("e", "\u0435")
    yield "two parts", f"{head}.{body}"
    yield "no signature", f"{head}.{body}."
    yield "four parts", f"{token}.{signature}"
    yield "five parts", f"{head}..{body}.{signature}.{signature}"
    yield "twice", f"{token}.{token}"
    yield "percent signs", token.replace(".", "%2E")
    flattened = {"protected": head, "payload": body, "signature": signature}
    yield "JSON serialization", json.dumps(flattened)
    yield "empty", ""


def monsters(token: str) -> Iterator[Attack]:
    """Yield what no door may stumble over: too long, or no text that can be stored."""
    head, body, signature = token.split(".")
    yield "a megabyte", "A" * 1_000_000
    yield "a long header", f"{'A' * 100_000}.{body}.{signature}"
    yield "long claims", f"{head}.{'A' * 100_000}.{signature}"
    yield "a long signature", f"{token}{'A' * 100_000}"
    yield "dots", "." * 100_000
    yield "NUL", f"{token}\x00"
    yield "half a surrogate", f"{token}\ud800"
