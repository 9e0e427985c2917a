"""The normal forms of an e-mail address: who somebody is, however it was typed.

`display` is what people see and mail goes to, `email_key` is identity, and `wire_form` is
the ASCII alias under which allauth files the address.
"""

import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MAX_LENGTH = 254
MAX_LOCAL_BYTES = 64  # RFC 5321 section 4.5.3.1.1
_ALIAS = '"utf8-'


def display(email: str) -> str:
    """Return an address as it is shown and mailed: NFKC, case kept, no outer space.

    Raises `ValueError` for what is no address.
    """
    shown = unicodedata.normalize("NFKC", email.strip()).strip()
    email_key(shown)
    return shown


def email_key(email: str) -> str:
    """Return the identity of an address: NFKC, the local part folded, the domain in IDNA.

    `Ａdmin@EXAMPLE.com ` and `admin@example.com` are one person; `ádmin@...` is another.
    Raises `ValueError` for what is no address: none or two `@`, quoted local parts,
    spaces, control or invisible characters inside, a domain that IDNA refuses, more
    than 254 characters or 64 octets before the `@`.
    """
    if len(email) > MAX_LENGTH + 64:  # before any work; some outer space is forgiven
        raise ValueError("an e-mail address has at most 254 characters")
    text = unicodedata.normalize("NFKC", email.strip()).strip()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or "@" in local or len(text) > MAX_LENGTH:
        raise ValueError("not an e-mail address")
    local = unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", local).casefold()
    )
    key = f"{local}@{_host(domain)}"
    if any(unicodedata.category(c)[0] in "CZ" for c in key) or '"' in local:
        raise ValueError("not an e-mail address")
    if len(local.encode()) > MAX_LOCAL_BYTES or len(key) > MAX_LENGTH:
        raise ValueError(
            "an e-mail address has at most 254 characters, 64 before the @"
        )
    try:
        validate_email(_alias(local, key))
    except ValidationError as error:
        raise ValueError("not an e-mail address") from error
    return key


def wire_form(key: str) -> str:
    """Return the ASCII address under which allauth files `key`.

    allauth and MySQL's collation of its table only tell ASCII apart; a local part that
    has more becomes a quoted one, which no person can register.
    """
    return _alias(key.rpartition("@")[0], key)


def from_wire_form(address: str) -> str:
    """Return the `email_key` that `wire_form` was made of."""
    local, _, host = address.rpartition("@")
    if not local.startswith(_ALIAS):
        return address
    return f"{bytes.fromhex(local[len(_ALIAS) : -1]).decode()}@{host}"


def _alias(
    local: str,
    key: str,
) -> str:
    if local.isascii():
        return key
    alias = f'{_ALIAS}{local.encode().hex()}"@{key.rpartition("@")[2]}'
    if len(alias) > MAX_LENGTH:
        raise ValueError("the e-mail address is too long")
    return alias


def _host(domain: str) -> str:
    """Return the domain's A-labels; `straße.de` is not `strasse.de` (IDNA 2008)."""
    lowered = domain.lower()
    try:
        if lowered.isascii() and "xn--" not in lowered:
            host = lowered
        else:
            host = idna.encode(domain, uts46=True, transitional=False).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError("not an e-mail address") from error
    if "[" in host or host.endswith("."):
        raise ValueError("not an e-mail address")
    return host.lower()
