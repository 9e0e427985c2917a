"""Hostile tokens, and good ones beside them, for RFC 8725 and what it names."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from forging import (
    AUDIENCE,
    ED,
    ES,
    ISSUER,
    NOW,
    OMIT,
    PUBLIC,
    RS,
    STRANGER,
    claims,
    encode,
    header,
    part,
    raw,
    said,
    token,
)

VALID, INVALID, EXPIRED = "valid", "token_invalid", "token_expired"


class Case(NamedTuple):
    """`server`: what the server itself says, where its leeway of a second decides."""

    name: str
    token: str
    expected: str = INVALID
    server: str = ""


def cases() -> Iterator[Case]:
    """Yield every case that is not about a signature."""
    yield from good()
    yield from algorithms()
    yield from keys()
    yield from headers()
    yield from issuers()
    yield from times()
    yield from types()
    yield from members()
    yield from texts()
    yield from spellings()
    yield from lengths()


def good() -> Iterator[Case]:
    """What must not be refused."""
    for by in (ES, RS, ED):
        yield Case(f"a good token by {by}", said(by), VALID)
    yield Case("no scope", said(scope=OMIT), VALID)
    yield Case("an empty scope", said(scope=""), VALID)
    lists = {"roles": ["a"], "permissions": [], "amr": ["pwd", "otp"]}
    yield Case("lists", said(**lists, tenant="t", sid="s", acr="aal2"), VALID)
    yield Case("unknown claims", said(more={"a": [1.0, None, True]}), VALID)
    yield Case("any script", said(sub="\u00e4\u65e5\U0001f600\u202e"), VALID)
    yield Case("NUL in a text", said(sub="a\0b"), VALID)
    yield Case("a whole surrogate pair", raw('"more":"\\ud83d\\ude00"'), VALID)
    spaced = json.dumps(claims(), indent=1).encode()
    yield Case("JSON with spaces", token(None, b"\r\n\t " + spaced + b"\n"), VALID)
    escaped = spaced.replace(b'"sub"', b'"\\u0073ub"')
    yield Case("an escaped name", token(None, escaped), VALID)
    yield Case("auth_time of minus zero", raw('"auth_time":-0'), VALID)
    yield Case("a name like a prototype's", raw('"__proto__":{"sub":"eve"}'), VALID)
    yield Case("another like it", said(constructor=1, toString="x"), VALID)


def algorithms() -> Iterator[Case]:
    """RFC 8725 sections 2.1, 3.1, 3.2."""
    body = part(claims())
    mark = token().split(".")[2]
    for name in ("none", "None", "NONE", "nOnE", ""):
        head = part(header(alg=name))
        yield Case(f"alg {name!r} without signature", f"{head}.{body}.")
        yield Case(f"alg {name!r} with one", f"{head}.{body}.{mark}")
    for secret in (json.dumps(PUBLIC[ES]), PUBLIC[ES]["x"], "", ES):
        data = f"{part(header(alg='HS256'))}.{body}"
        mac = hmac.new(secret.encode(), data.encode(), hashlib.sha256).digest()
        yield Case(f"HS256 with {secret[:9]!r}", f"{data}.{encode(mac)}")
    wrong: tuple[Any, ...] = ("ES384", "ES512", "ES256K", "es256", "ES256 ", "EdDSA")
    wrong += ("RS256", "HS256", ["ES256"], {"ES256": 1}, 256, None, True, OMIT)
    for alg in wrong:
        name = "missing" if alg is OMIT else repr(alg)
        yield Case(f"alg {name} for an ES256 key", token(header(alg=alg)))
    for alg in ("PS256", "RS384", "RS1", "ES256"):
        yield Case(f"alg {alg} for an RS256 key", token(header(RS, alg=alg), by=RS))
    for alg in ("Ed25519", "ES256", "Ed448"):
        yield Case(f"alg {alg} for an EdDSA key", token(header(ED, alg=alg), by=ED))


def keys() -> Iterator[Case]:
    """Sections 2.6, 3.10: what a token says of its key."""
    for kid, by in ((ES, RS), (ES, ED), (RS, ES), (ED, ES), (ES, STRANGER)):
        yield Case(f"signed by {by}, kid {kid}", token(header(kid), by=by))
        alg = token(header(by, kid=kid), by=by)
        yield Case(f"signed by {by}, its alg, kid {kid}", alg)
    yield Case("an unknown kid", token(header(STRANGER), by=STRANGER))
    for kid in ("", ES.upper(), f"{ES} ", f"{ES}\0", "../keys", "' OR 1=1", "x" * 300):
        yield Case(f"kid {kid[:20]!r}", token(header(kid=kid)))
    for kid in ([ES], {"kid": ES}, 0, None, True, OMIT):
        name = "missing" if kid is OMIT else repr(kid)
        yield Case(f"kid {name}", token(header(kid=kid)))
    for kid in ("__proto__", "constructor", "toString"):
        yield Case(f"kid {kid}", token(header(kid=kid)))
    for name, value in {
        "jwk": PUBLIC[STRANGER],
        "jku": "https://evil.example/keys",
        "x5u": "https://evil.example/cert",
        "x5c": ["MIIB"],
        "x5t": "AAAA",
        "cty": "JWT",
    }.items():
        brought = token(header(**{name: value}), by=STRANGER)
        yield Case(f"{name}, signed by it", brought)
        yield Case(f"{name} is not looked at", token(header(**{name: value})), VALID)
        alone = token(header(kid=OMIT, **{name: value}), by=STRANGER)
        yield Case(f"{name} in place of a kid", alone)


def headers() -> Iterator[Case]:
    """Section 3.11; RFC 7515 section 4.1.11; RFC 7797."""
    for typ in ("JWT", "jwt", "id+jwt", "rt+jwt", "logout+jwt", "AT+JWT", "at+jwt "):
        yield Case(f"typ {typ!r}", token(header(typ=typ)))
    for typ in ("application/at+jwt", ["at+jwt"], 1, None, OMIT):
        name = "missing" if typ is OMIT else repr(typ)
        yield Case(f"typ {name}", token(header(typ=typ)))
    for crit in (["exp"], [], ["b64"], None, "exp"):
        yield Case(f"crit {crit!r}", token(header(crit=crit)))
    for b64 in (False, True, None):
        yield Case(f"b64 {b64}", token(header(b64=b64)))
    yield Case("crit and b64", token(header(crit=["b64"], b64=False)))
    for head in (b"[]", b'"at+jwt"', b"null", b"1", b"{", b"{}", b"\xff\xfe"):
        yield Case(f"a header of {head!r}", token(head))
    yield Case("a list around the header", token([header()]))
    yield Case("a header nested deep", token(b"[" * 1500))
    text = json.dumps(header())
    for name, member in {"alg": "ES256", "kid": ES, "typ": "at+jwt"}.items():
        again = f'{text[:-1]}, "{name}": "{member}"}}'
        yield Case(f"{name} twice", token(again.encode()))
    other = f'{text[:-1]}, "\\u006bid": "{RS}"}}'
    yield Case("another kid, escaped", token(other.encode()))
    yield Case("a header with an inner member twice", token(b'{"a":{"b":1,"b":2},'))


def issuers() -> Iterator[Case]:
    """Sections 3.8, 3.9."""
    for iss in (
        f"{ISSUER}/",
        ISSUER.upper(),
        "http://id.example.com",
        "",
        f" {ISSUER}",
    ):
        yield Case(f"iss {iss!r}", said(iss=iss))
    for iss in ([ISSUER], {ISSUER: 1}, None, 0, OMIT):
        yield Case(f"iss {'missing' if iss is OMIT else iss!r}", said(iss=iss))
    for aud in (f"{AUDIENCE}/", AUDIENCE.upper(), "", "https://api.example.com"):
        yield Case(f"aud {aud!r}", said(aud=aud))
    for aud in ([AUDIENCE], [AUDIENCE, "x"], [], {AUDIENCE: 1}, None, True, OMIT):
        yield Case(f"aud {'missing' if aud is OMIT else aud!r}", said(aud=aud))
    yield Case("expired, of another issuer", said(iss="x", exp=NOW - 99))
    yield Case("expired, for another audience", said(aud="x", exp=NOW - 99))


def times() -> Iterator[Case]:
    """RFC 7519 sections 4.1.4 to 4.1.6; whole seconds."""
    old = {"iat": NOW - 900}
    yield Case("expired", said(**old, exp=NOW - 99), EXPIRED)
    yield Case("exp of zero", said(exp=0), EXPIRED)
    yield Case("exp 29 seconds ago", said(**old, exp=NOW - 29), VALID, EXPIRED)
    yield Case("exp 30 seconds ago", said(**old, exp=NOW - 30), EXPIRED)
    yield Case("exp a second ago", said(**old, exp=NOW - 1), VALID, EXPIRED)
    yield Case("exp now", said(**old, exp=NOW), VALID)
    for name in ("iat", "nbf"):
        yield Case(f"{name} in 30 seconds", said(**{name: NOW + 30}), VALID, INVALID)
        yield Case(f"{name} in a second", said(**{name: NOW + 1}), VALID)
        yield Case(f"{name} in 31 seconds", said(**{name: NOW + 31}))
    yield Case("iat behind exp", said(iat=NOW, exp=NOW - 99), EXPIRED)
    yield Case("exp in the last year", said(exp=253_402_300_799), VALID)
    yield Case("exp beyond it", said(exp=253_402_300_800))
    wrong: tuple[Any, ...] = (True, False, None, "", str(NOW), [NOW], {}, -1)
    wrong += (NOW + 0.5, 2**53, 2**63, 10**19, 10**20)
    for name in ("exp", "iat", "nbf", "auth_time"):
        for value in wrong:
            yield Case(f"{name} {value!r}", said(**{name: value}))
        for text in (f"{NOW}.0", "1.8e9", "1E0", "1e999", "-1e999", "NaN", "Infinity"):
            kept = {name: OMIT}
            body = json.dumps(claims(**kept))[:-1] + f', "{name}": {text}}}'
            yield Case(f"{name} spelled {text}", token(None, body.encode()))
    yield Case("no exp", said(exp=OMIT))
    yield Case("no iat", said(iat=OMIT))


def types() -> Iterator[Case]:
    """RFC 9068 section 2.2: one type for each claim."""
    wrong: tuple[Any, ...] = (None, "", 7, True, ["x"], {"x": 1})
    for name in ("sub", "client_id", "jti", "tenant", "sid", "acr"):
        for value in wrong:
            yield Case(f"{name} {value!r}", said(**{name: value}))
    for name in ("sub", "client_id", "jti"):
        yield Case(f"no {name}", said(**{name: OMIT}))
    for name in ("roles", "permissions", "amr"):
        for value in (None, "", "x", 7, {}, {"x": 1}, [7], [None], [["x"]], ["x", 1]):
            yield Case(f"{name} {value!r}", said(**{name: value}))
    for value in (None, 7, True, ["x"], {}):
        yield Case(f"scope {value!r}", said(scope=value))


def members() -> Iterator[Case]:
    """RFC 8259 section 4: a member that stands twice, at each depth."""
    yield Case("sub twice", raw('"sub":"ada"'))
    yield Case("another sub, escaped", raw('"\\u0073ub":"eve"'))
    yield Case("aud twice", raw(f'"aud":"{AUDIENCE}"'))
    yield Case("__proto__ twice", raw('"__proto__":1,"__proto__":2'))
    for name, text in {
        "in an object": '"more":{"a":1,"a":1}',
        "in a list": '"more":[1,{"a":1,"a":1}]',
        "deep": '"more":[[{"b":{"a":[],"c":{},"a":{}}}]]',
        "as an empty name": '"more":{"":1,"":2}',
        "escaped": '"more":{"\\u00e4":1,"\u00e4":2}',
    }.items():
        yield Case(f"a member twice {name}", raw(text))
    yield Case("the same name at other depths", raw('"more":{"more":{"sub":1}}'), VALID)
    tricky = '"more":"a\\",\\"sub\\":{[","x":["sub","sub",{"sub":1}]'
    yield Case("names within texts", raw(tricky), VALID)


def texts() -> Iterator[Case]:
    """RFC 7493, RFC 8259: what is JSON, and what two readers read differently."""
    body = json.dumps(claims())
    for code in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield Case(f"claims in {code}", token(None, body.encode(code)))
        yield Case(f"a header in {code}", token(json.dumps(header()).encode(code)))
    for name, text in {
        "half a pair": '"more":"\\ud800"',
        "the other half": '"more":["\\udfff"]',
        "halves the wrong way": '"more":"\\ude00\\ud83d"',
        "half a pair as a name": '"\\uD800":1',
        "half a pair in raw bytes": '"more":"\ud800"',
        "a raw line end": '"more":"\n"',
        "a raw NUL": '"more":"\0"',
        "single quotes": "'more':1",
        "a comma at the end": '"more":[1,]',
        "a comment": '"more":/* x */1',
        "hexadecimal": '"more":0x10',
        "a leading zero": '"more":01',
        "a plus": '"more":+1',
        "a bare point": '"more":1.',
        "an escape of no kind": '"more":"\\x41"',
        "NaN": '"more":NaN',
        "-Infinity": '"more":[-Infinity]',
        "1e309": '"more":1e309',
        "21 digits": f'"more":{10**20}',
        "20 digits and a minus": f'"more":-{10**19}',
        "5000 digits": f'"more":{"9" * 5000}',
    }.items():
        yield Case(f"JSON with {name}", raw(text))
    for name, text in {"20 digits": 10**19, "1e308": "1e308", "0.1": 0.1}.items():
        yield Case(f"JSON with {name}, which may be", raw(f'"more":{text}'), VALID)
    for after in ("{}", ",", "\0", "x"):
        yield Case(f"{after!r} after the claims", token(None, (body + after).encode()))
    for whole in (b"[]", b"null", b"1", b'"x"', b"{}", b"\xff", b"{", b"  "):
        yield Case(f"claims of {whole!r}", token(None, whole))
    for deep in (63, 64, 1000, 2500):
        nested = raw(f'"more":{"[" * deep}{"]" * deep}')
        yield Case(f"lists {deep} deep", nested, VALID if deep == 63 else INVALID)
    many = '{"a":' * 900 + "1" + "}" * 900
    yield Case("objects 900 deep", raw(f'"more":{many}'))
    yield Case("objects without an end", token(None, b'{"a":' * 1000))
    wide = ",".join("[]" for _ in range(1000))
    yield Case("a thousand lists beside each other", raw(f'"more":[{wide}]'), VALID)


def spellings() -> Iterator[Case]:
    """RFC 7515 sections 2, 7.1; RFC 4648 section 3.5."""
    made = token()
    head, body, mark = made.split(".")
    for name, gap in {
        "a space": " ",
        "a line": "\n",
        "NUL": "\0",
        "wide": "\u3000",
    }.items():
        yield Case(f"{name} behind", f"{made}{gap}")
        yield Case(f"{name} before", f"{gap}{made}")
        yield Case(f"{name} within", f"{head}.{body[:9]}{gap}{body[9:]}.{mark}")
    yield Case("padding of the signature", f"{made}==")
    yield Case("padding of the header", f"{head}=.{body}.{mark}")
    for letter in ("+", "/", "=", "%", "\u00e4", "\u212a", "\ud800"):
        yield Case(
            f"a letter {letter!r}", f"{head}.{body}.{mark[:-4]}{letter}{mark[-3:]}"
        )
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for last in range(1, 16):  # the last four bits of 64 bytes mean nothing
        letter = alphabet[alphabet.index(mark[-1]) + last]
        yield Case(f"unused bits {last}", f"{made[:-1]}{letter}")
    yield Case("a length of 4n + 1", f"{made}AAA")
    yield Case("two parts", f"{head}.{body}")
    yield Case("no signature", f"{head}.{body}.")
    yield Case("no claims", f"{head}..{mark}")
    yield Case("no header", f".{body}.{mark}")
    yield Case("four parts", f"{made}.{mark}")
    yield Case("five parts, as a JWE", f"{head}..{body}.{mark}.{mark}")
    yield Case("a point behind", f"{made}.")
    yield Case("a scheme", f"Bearer {made}")
    yield Case(
        "JSON", json.dumps({"protected": head, "payload": body, "signature": mark})
    )
    yield Case("nothing", "")
    yield Case("points", "..")


def lengths() -> Iterator[Case]:
    """The bounds: 2048, 8192 and 1024 letters."""
    for size, expected in ((1536, VALID), (1537, INVALID)):
        head = json.dumps(header(pad="")).encode()
        padded = head.replace(
            b'"pad": ""', b'"pad": "%s"' % (b"x" * (size - len(head)))
        )
        yield Case(f"a header of {size} bytes", token(padded), expected)
    for size, expected in ((6144, VALID), (6145, INVALID)):
        body = json.dumps(claims()).encode()
        padded = body + b" " * (size - len(body))
        yield Case(f"claims of {size} bytes", token(None, padded), expected)
    data = token().rpartition(".")[0]
    for size in (1, 63, 65, 768, 769):
        yield Case(f"a signature of {size} bytes", f"{data}.{encode(bytes(size))}")
