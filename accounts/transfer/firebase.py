"""The scrypt of Firebase: four parameters of the project, a salt of each user.

https://firebaseopensource.com/projects/firebase/scrypt/ describes it.
"""

import base64
import re
from dataclasses import dataclass, field

from accounts.hashers.foreign import unpadded

MOST_CHARACTERS = 10_000
_NAMES = ("base64_signer_key", "base64_salt_separator", "rounds", "mem_cost")
_ENTRY = re.compile(r'"?(\w+)"?\s*:\s*"?([^"\s,{}]*)"?')
_SUPABASE = re.compile(
    r"\$fbscrypt\$v=1,n=(\d{1,3}),r=(\d{1,3}),p=1(?:,ss=([\w+/=-]*))?,sk=([\w+/=-]+)"
    r"\$([\w+/=-]+)\$([\w+/=-]+)"
)


@dataclass(frozen=True)
class FirebaseProject:
    """The "password hash parameters" of a project; the signer key is a secret."""

    signer_key: bytes = field(repr=False)
    separator: bytes
    rounds: int
    mem_cost: int

    @classmethod
    def of_text(cls, text: str) -> "FirebaseProject":
        """Read what the Firebase console shows (`hash_config {...}`), or JSON.

        Raises `ValueError`, which names the parameter and shows no value.
        """
        found = dict(_ENTRY.findall(text[:MOST_CHARACTERS]))
        if missing := [name for name in _NAMES if name not in found]:
            raise ValueError(f"{', '.join(missing)} is missing")
        for name in ("rounds", "mem_cost"):
            if not re.fullmatch(r"[0-9]{1,3}", found[name]):
                raise ValueError(f"{name} is no number")
        key = _bytes(found["base64_signer_key"], "base64_signer_key")
        if len(key) < 32:
            raise ValueError("base64_signer_key is too short to be one")
        return cls(
            signer_key=key,
            separator=_bytes(found["base64_salt_separator"], "base64_salt_separator"),
            rounds=int(found["rounds"]),
            mem_cost=int(found["mem_cost"]),
        )

    @staticmethod
    def of_supabase(given: str) -> str:
        """Return the hash in our writing of Supabase's `$fbscrypt$`, which has it all."""
        if not (found := _SUPABASE.fullmatch(given)):
            raise ValueError("not a whole $fbscrypt$ hash")
        mem_cost, rounds, separator, key, salt, value = found.groups()
        project = FirebaseProject(
            _bytes(key, "sk"), _bytes(separator or "", "ss"), int(rounds), int(mem_cost)
        )
        return project.encoded(value, salt)

    def encoded(
        self,
        value: str,
        salt: str,
    ) -> str:
        """Return the hash of a user in our writing: without the signer key.

        Not yet examined. Raises `ValueError`.
        """
        hashed, salted = _bytes(value, "password_hash"), _bytes(salt, "salt")
        if len(hashed) != len(self.signer_key):
            raise ValueError("password_hash is not as long as the signer key")
        if not salted:
            raise ValueError("salt is empty")
        pairs = zip(hashed, self.signer_key, strict=True)
        stream = base64.b64encode(bytes(a ^ b for a, b in pairs)).decode()
        whole = base64.b64encode(salted + self.separator).decode()
        return f"firebase_scrypt${self.rounds}${self.mem_cost}${whole}${stream}"


def _bytes(
    text: str,
    name: str,
) -> bytes:
    """Return base64 in either alphabet: `firebase auth:export` writes the URL one."""
    try:
        return unpadded(text.replace("-", "+").replace("_", "/"))
    except ValueError:
        raise ValueError(f"{name} is not base64") from None
