"""What a row says about its password, turned into the hash that we store.

The format is found out from the hash itself. A refusal is a `ValueError` whose words
never show a part of what was given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from accounts.hashers.kinds import FOREIGN, MOST_BCRYPT_ROUNDS
from accounts.transfer import keycloak
from accounts.transfer.firebase import FirebaseProject

COLUMN = 255
MEMBERS = frozenset({"password_hash", "salt"}) | keycloak.MEMBERS
_OURS = re.compile(r"bcrypt_sha256\$\$2b\$(\d\d)\$[./A-Za-z0-9]{53}")
_BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Credential:
    """The members of a row that speak of its password."""

    members: Mapping[str, Any]
    firebase: FirebaseProject | None = None

    def stored(self) -> str:
        """Return the value for the password column; `ValueError` says why not."""
        given = self.members.get("password_hash")
        others = self.members.keys() & keycloak.MEMBERS
        if isinstance(given, dict) and not others and "salt" not in self.members:
            return _examined(keycloak.encoded(given))
        if "password_hash" not in self.members:
            if not others:
                raise ValueError("password_hash is missing; null means no password")
            return _examined(keycloak.encoded(self.members))
        if others:
            raise ValueError("two passwords: password_hash, and Keycloak's members")
        if given is None:
            return make_password(None)
        if not isinstance(given, str):
            raise ValueError("password_hash is neither text, nor null, nor an object")
        return self._of_text(given)

    def _of_text(self, given: str) -> str:
        if not given or not given.isascii() or not given.isprintable():
            raise ValueError("password_hash is empty, or no plain text")
        if len(given) > 2 * COLUMN:
            raise ValueError("password_hash is too long for any known format")
        if given.startswith(UNUSABLE_PASSWORD_PREFIX):
            return make_password(None)
        if "salt" in self.members:
            return _examined(self._of_firebase(given))
        if found := _OURS.fullmatch(given):
            if not 4 <= int(found[1]) <= MOST_BCRYPT_ROUNDS:
                raise ValueError(f"a bcrypt cost is 4 to {MOST_BCRYPT_ROUNDS} here")
            return given
        if given.startswith("$fbscrypt$"):
            return _examined(FirebaseProject.of_supabase(given))
        if _BCRYPT.fullmatch(raw := given.removeprefix("bcrypt$")):
            return _examined("bcrypt$" + _canonical(raw))
        if given.startswith("$argon2"):
            return _examined("argon2" + given)
        return _examined(given)

    def _of_firebase(self, given: str) -> str:
        salt = self.members["salt"]
        if not isinstance(salt, str):
            raise ValueError("salt is no text")
        if self.firebase is None:
            raise ValueError("a hash with a salt beside it: give --firebase-config")
        return self.firebase.encoded(given, salt)


def portable(encoded: str) -> str | None:
    """Return a stored hash as other systems know it; None where nobody has a password."""
    if encoded.startswith(UNUSABLE_PASSWORD_PREFIX) or not encoded:
        return None
    if encoded.startswith(("bcrypt$", "argon2$")):
        return "$" + encoded.partition("$")[2].removeprefix("$")
    return encoded


def _canonical(given: str) -> str:
    """Return a bcrypt hash without stray bits at the ends, as crypt(3) reads it.

    `$2y$` is PHP's name for `$2b$`. 22 characters hold the salt and four bits that
    count for nothing, 31 the digest and two; the library refuses any that are set.
    """
    version = "$2b$" if given.startswith("$2y$") else given[:4]
    salt, digest = given[7:29], given[29:]
    salt = salt[:-1] + _DIGITS[_DIGITS.index(salt[-1]) & 0x30]
    digest = digest[:-1] + _DIGITS[_DIGITS.index(digest[-1]) & 0x3C]
    return version + given[4:7] + salt + digest


def _examined(encoded: str) -> str:
    hasher = FOREIGN.get(encoded.partition("$")[0])
    if hasher is None:
        raise ValueError("password_hash is in no known format")
    hasher.examine(encoded)
    if len(encoded) > COLUMN:
        raise ValueError(f"the hash is longer than the {COLUMN} characters we keep")
    return encoded
