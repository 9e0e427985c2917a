"""Signatures that only look like one, or are one in other letters (RFC 8725 section 2.2)."""

from collections.abc import Iterator
from itertools import count

from cases import VALID, Case
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from forging import ED, ES, ORDER, RS, decode, encode, numbers, private, said, token

ED_ORDER = 2**252 + 27742317777372353535851937790883648493


def signatures() -> Iterator[Case]:
    """Yield the cases of all three algorithms."""
    for by in (ES, RS, ED):
        made = token(by=by)
        data, _, mark = made.rpartition(".")
        whole = decode(mark)
        for name, other in {
            "of zeros": bytes(len(whole)),
            "of ones": b"\xff" * len(whole),
            "cut": whole[:-1],
            "and a byte": whole + b"\0",
            "behind a zero": b"\0" + whole,
            "with one bit changed": whole[:-1] + bytes([whole[-1] ^ 1]),
            "with its first bit changed": bytes([whole[0] ^ 128]) + whole[1:],
            "of other claims": decode(said(by, sub="eve").rpartition(".")[2]),
            "twice": whole + whole,
        }.items():
            yield Case(f"{by}: a signature {name}", f"{data}.{encode(other)}")
        tampered = said(by, sub="eve").rpartition(".")[0]
        yield Case(f"{by}: other claims under it", f"{tampered}.{mark}")
    yield from elliptic()
    yield from others()


def elliptic() -> Iterator[Case]:
    """ES256: r and s are 32 bytes each (RFC 7518 section 3.4), from 1 to n - 1."""
    data = token().rpartition(".")[0]
    r, s = numbers(data.encode())

    def made(
        first: int,
        second: int,
    ) -> str:
        pair = first.to_bytes(32, "big") + second.to_bytes(32, "big")
        return f"{data}.{encode(pair)}"

    for name, first, second in (
        ("r = 0", 0, s),
        ("s = 0", r, 0),
        ("r = s = 0", 0, 0),
        ("r = n", ORDER, s),
        ("s = n", r, ORDER),
        ("r = s = n", ORDER, ORDER),
        ("r = 1, s = 1", 1, 1),
        ("r of the other sign", ORDER - r, s),
        ("r and s changed places", s, r),
        ("r + n", (r + ORDER) % 2**256, s),
    ):
        yield Case(f"ES256 with {name}", made(first, second))
    yield Case("ES256 with the other s", made(r, ORDER - s), VALID)
    der = encode_dss_signature(r, s)
    yield Case("ES256 as DER", f"{data}.{encode(der)}")
    for jti in count():
        short = said(jti=str(jti)).rpartition(".")
        raw = decode(short[2])
        if raw[0] == 0:
            break
    yield Case("ES256 with a zero before r", "".join(short), VALID)
    yield Case("ES256 without it", f"{short[0]}.{encode(raw[1:])}")


def others() -> Iterator[Case]:
    """RS256 is PKCS #1 v1.5 with SHA-256 alone; EdDSA's S is below the order."""
    key = private(RS)
    assert isinstance(key, rsa.RSAPrivateKey)
    data = token(by=RS).rpartition(".")[0]
    sha512 = key.sign(data.encode(), padding.PKCS1v15(), hashes.SHA512())
    yield Case("RS256 with SHA-512", f"{data}.{encode(sha512)}")
    modulus = key.public_key().public_numbers().n
    number = int.from_bytes(decode(token(by=RS).rpartition(".")[2]), "big")
    more = (number + modulus).to_bytes(257, "big")
    yield Case("RS256 with the modulus added", f"{data}.{encode(more)}")
    # without salt, so that it is the same every time
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), 0)
    pss = key.sign(data.encode(), salted, hashes.SHA256())
    yield Case("RS256 with PSS", f"{data}.{encode(pss)}")
    data = token(by=ED).rpartition(".")[0]
    whole = decode(token(by=ED).rpartition(".")[2])
    high = int.from_bytes(whole[32:], "little") + ED_ORDER
    again = whole[:32] + high.to_bytes(32, "little")
    yield Case("EdDSA with the order added to S", f"{data}.{encode(again)}")
    yield Case("EdDSA with R of zeros", f"{data}.{encode(bytes(32) + whole[32:])}")
