"""The normal form of an e-mail address: who somebody is, however it was typed."""

import unicodedata

import idna


def email_key(email: str) -> str:
    """Return the identity of an address: NFKC, case folded, the domain in IDNA.

    `Ａdmin@EXAMPLE.com ` and `admin@example.com` are one person; `ádmin@...` is another.
    Raises `ValueError` for what is no address (no or more than one `@`, an empty part, a domain that IDNA
    refuses).
    """
    folded = unicodedata.normalize("NFKC", email.strip())
    folded = unicodedata.normalize("NFKC", folded.casefold()).strip()
    local, at, domain = folded.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise ValueError("not an e-mail address")
    try:
        host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError("not an e-mail address") from error
    return f"{local}@{host}"
