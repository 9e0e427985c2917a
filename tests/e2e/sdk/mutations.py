"""Tokens that were changed by chance: the text, the bytes, or what is signed in them."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from jwt.algorithms import get_default_algorithms

from tokens.keyring import Key

LETTERS = "ABCZabcz019-_.=+/ \n\0\u00e4\u3000\u0435\ud800\U0001f600"
SNIPPETS = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\0", b"\x7f"),
    *(b"\\u0000", b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\\x", b"\\/", b"\\b"),
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3\xa4"),
    *(b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\xc2\xa0"),
    *(b"0", b"-", b"1e5", b".0", b"E+2", b"1e400", b"9" * 20, b"9" * 21, b"-0"),
    *(b"NaN", b"Infinity", b"null", b"true", b"[" * 62, b'{"a":' * 64, b"//", b"'"),
    *(b',"sub":"x"', b',"\\u0073ub":"x"', b',"a":1,"a":1', b',"exp":1.0', b',"b":{}'),
    *(b',"more":[[[]]]', b',"__proto__":{}', b',"":0', b',"more":1E-400'),
)
NAMES = (
    *("iss", "aud", "sub", "client_id", "jti", "tenant", "sid", "acr", "scope"),
    *("exp", "exp", "iat", "nbf", "auth_time", "roles", "permissions", "amr", "more"),
    *("alg", "kid", "typ", "crit", "b64", "jwk", "__proto__", "constructor"),
)
OMIT = object()


class Mutations:
    """Makes them of genuine tokens, each with a name of what was done."""

    def __init__(
        self,
        genuine: list[str],
        signers: list[Key],
        now: int,
        seed: int,
    ) -> None:
        self.genuine, self.signers, self.now = genuine, signers, now
        self.chance = random.Random(seed)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield (what was done, token) without an end."""
        kinds: list[Callable[[str], tuple[str, str]]] = [
            *(self._letters, self._letters, self._spliced, self._parts),
            *(self._signature, self._claims, self._claims, self._claims),
            *(self._header, self._payload, self._payload, self._payload),
        ]
        while True:
            yield self.chance.choice(kinds)(self.chance.choice(self.genuine))

    def _at(self, text: str | bytes | bytearray) -> int:
        return self.chance.randrange(len(text))

    def _letters(self, token: str) -> tuple[str, str]:
        done = []
        for _ in range(self.chance.choice((1, 1, 1, 2, 8))):
            at, letter = self._at(token), self.chance.choice(LETTERS)
            at = len(token) - 1 if self.chance.random() < 0.1 else at
            kind = self.chance.choice(("put", "insert", "drop"))
            more, rest = ("" if kind == "drop" else letter), at + (kind != "insert")
            token = token[:at] + more + token[rest:]
            done.append(f"{kind} {letter!r} at {at}")
        return ", ".join(done), token

    def _spliced(self, token: str) -> tuple[str, str]:
        at, other = self._at(token), self.chance.choice(self.genuine)
        kind = self.chance.choice(("cut", "spliced", "doubled"))
        rest = {"cut": "", "spliced": other[at:], "doubled": token}[kind]
        return f"{kind} at {at}", token[:at] + rest

    def _parts(self, token: str) -> tuple[str, str]:
        pool = [*token.split("."), *self.chance.choice(self.genuine).split("."), ""]
        count = self.chance.choice((2, 3, 3, 3, 3, 4, 5))
        picked = [self._at(pool_text) for pool_text in [" " * len(pool)] * count]
        return f"parts {picked}", ".".join(pool[each] for each in picked)

    def _signature(self, token: str) -> tuple[str, str]:
        data, _, mark = token.rpartition(".")
        raw = bytearray(base64.urlsafe_b64decode(mark + "=="))
        at, bit = self._at(raw), self.chance.randrange(8)
        raw[at] ^= 1 << bit
        return f"bit {bit} of byte {at} of the signature", f"{data}.{_part(bytes(raw))}"

    def _value(self) -> Any:
        near = self.now + self.chance.choice((-31, -30, -29, 0, 29, 30, 31, 10**6, -99))
        scopes = self.chance.choice(
            ("a\tb", " a  b ", "a\u3000b\xa0c", "a\nb", "a\x1fb")
        )
        return self.chance.choice(
            (
                *(OMIT, None, True, False, 0, 1, -1, -0.0, *[near] * 4, float(near)),
                *(str(near), near + 0.5, 2**53, 2**63, 10**19, 10**20, 1e300, 0.1),
                *(
                    float("nan"),
                    float("inf"),
                    "",
                    "x",
                    scopes,
                    "\0",
                    "\ud800",
                    "x" * 6000,
                ),
                *(
                    [],
                    ["x"],
                    ["x", 1],
                    [None],
                    [[]],
                    {},
                    {"x": 1},
                    ["\udfff"],
                    "\U0001f600",
                ),
            )
        )

    def _changed(self, members: dict[str, Any]) -> str:
        done = []
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            name, value = self.chance.choice(NAMES), self._value()
            members[name] = value
            if value is OMIT:
                del members[name]
            done.append(f"{name} {'omitted' if value is OMIT else repr(value)[:40]}")
        return ", ".join(done)

    def _claims(self, token: str) -> tuple[str, str]:
        head, claims = (json.loads(_raw(part)) for part in token.split(".")[:2])
        done = self._changed(claims)
        ascii_only = self.chance.random() < 0.5
        text = json.dumps(claims, ensure_ascii=ascii_only)
        return done, self._signed(head, text.encode("utf-8", "surrogatepass"))

    def _header(self, token: str) -> tuple[str, str]:
        head, body = token.split(".")[:2]
        members = json.loads(_raw(head))
        signer = members["kid"]
        done = self._changed(members)
        return f"header: {done}", self._signed(members, _raw(body), signer)

    def _payload(self, token: str) -> tuple[str, str]:
        head, raw, done = (
            json.loads(_raw(token.split(".")[0])),
            _raw(token.split(".")[1]),
            [],
        )
        for _ in range(self.chance.choice((1, 1, 2))):
            snippet, at = self.chance.choice(SNIPPETS), self._at(raw)
            where = [i for i, byte in enumerate(raw) if byte in b'",:{}[]']
            at = self.chance.choice(where) if self.chance.random() < 0.7 else at
            at = len(raw) - 1 if self.chance.random() < 0.2 else at
            raw = raw[:at] + snippet + raw[at + self.chance.choice((0, 0, 0, 1)) :]
            done.append(f"{snippet[:12]!r} at {at} of the claims")
        return ", ".join(done), self._signed(head, raw)

    def _signed(
        self,
        head: dict[str, Any],
        body: bytes,
        kid: str = "",
    ) -> str:
        [key] = [key for key in self.signers if key.kid == (kid or head["kid"])]
        data = f"{_part(json.dumps(head).encode())}.{_part(body)}"
        signed = get_default_algorithms()[key.algorithm].sign(
            data.encode(), key.private
        )
        return f"{data}.{_part(signed)}"


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
