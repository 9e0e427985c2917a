"""The foreign hashes that we check: how each is written, bounded and computed."""

import hashlib
import hmac
import re

import bcrypt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.kdf.argon2 import Argon2i, Argon2id
from typing_extensions import override

from accounts.hashers.foreign import ForeignHasher, unpadded

MOST_MEMORY = 1024**3  # bytes
MOST_ITERATIONS = 10_000_000
MOST_BCRYPT_ROUNDS = 16  # five seconds
MOST_ARGON2_WORK = 8 * MOST_MEMORY  # memory times passes
LEAST_DIGEST = 16  # bytes
BCRYPT_BYTES = 72  # what bcrypt ever looked at; its library refuses more


class Bcrypt(ForeignHasher):
    """`bcrypt$` before a raw bcrypt hash: PHP, Auth0, Supabase, Rails, Spring.

    Only 72 bytes of a password count, as they did at its origin.
    """

    algorithm = "bcrypt"
    _form = re.compile(r"bcrypt\$\$2[ab]\$(\d\d)\$[./A-Za-z0-9]{53}")

    @override
    def examine(self, encoded: str) -> None:
        if not (found := self._form.fullmatch(encoded)):
            raise ValueError("not a whole bcrypt hash")
        if not 4 <= int(found[1]) <= MOST_BCRYPT_ROUNDS:
            raise ValueError(f"a bcrypt cost is from 4 to {MOST_BCRYPT_ROUNDS} here")

    @override
    def proves(
        self,
        secret: bytes,
        encoded: str,
    ) -> bool:
        raw = encoded.partition("$")[2].encode()
        return bcrypt.checkpw(secret[:BCRYPT_BYTES], raw)


class Argon2(ForeignHasher):
    """`argon2` before a PHC string of argon2id or argon2i, version 1.3."""

    algorithm = "argon2"
    _form = re.compile(
        r"argon2\$(argon2id|argon2i)\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})"
        r"\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
    )

    def _read(
        self,
        encoded: str,
    ) -> tuple[str, int, int, int, bytes, bytes]:
        if not (found := self._form.fullmatch(encoded)):
            raise ValueError("not a whole argon2id or argon2i hash of version 19")
        kind, memory, passes, lanes, salt, digest = found.groups()
        numbers = int(memory), int(passes), int(lanes)
        return kind, *numbers, unpadded(salt), unpadded(digest)

    def _function(self, encoded: str) -> Argon2id | Argon2i:
        kind, memory, passes, lanes, salt, digest = self._read(encoded)
        return (Argon2id if kind == "argon2id" else Argon2i)(
            salt=salt,
            length=len(digest),
            iterations=passes,
            lanes=lanes,
            memory_cost=memory,
        )

    @override
    def examine(self, encoded: str) -> None:
        _, memory, passes, lanes, salt, digest = self._read(encoded)
        if len(salt) < 8 or not LEAST_DIGEST <= len(digest) <= 64:
            raise ValueError("the salt or the digest has an unusual length")
        if not 1 <= lanes <= 64 or passes < 1 or memory < 8 * lanes:
            raise ValueError("argon2 parameters that no library takes")
        if memory * 1024 > MOST_MEMORY or memory * 1024 * passes > MOST_ARGON2_WORK:
            raise ValueError("argon2 wants too much here: 1 GiB, 8 passes over it")
        try:
            self._function(encoded)
        except UnsupportedAlgorithm as fault:
            raise ValueError("the OpenSSL of this machine has no argon2") from fault

    @override
    def proves(
        self,
        secret: bytes,
        encoded: str,
    ) -> bool:
        digest = self._read(encoded)[-1]
        return hmac.compare_digest(self._function(encoded).derive(secret), digest)


class DjangoPBKDF2(ForeignHasher):
    """Django's own default, as it stands in its user table."""

    algorithm = "pbkdf2_sha256"
    _form = re.compile(
        r"pbkdf2_sha256\$(\d{1,9})\$([!-#%-~]{1,128})\$([A-Za-z0-9+/]{43}=)"
    )

    def _read(
        self,
        encoded: str,
    ) -> tuple[int, bytes, bytes]:
        if not (found := self._form.fullmatch(encoded)):
            raise ValueError("not a whole pbkdf2_sha256 hash of Django")
        return int(found[1]), found[2].encode(), unpadded(found[3])

    @override
    def examine(self, encoded: str) -> None:
        _examine_iterations(self._read(encoded)[0])

    @override
    def proves(
        self,
        secret: bytes,
        encoded: str,
    ) -> bool:
        iterations, salt, digest = self._read(encoded)
        derived = hashlib.pbkdf2_hmac("sha256", secret, salt, iterations)
        return hmac.compare_digest(derived, digest)


class KeycloakPBKDF2(ForeignHasher):
    """`keycloak_pbkdf2$DIGEST$ITERATIONS$SALT$VALUE`: what a Keycloak credential says."""

    algorithm = "keycloak_pbkdf2"
    _form = re.compile(
        r"keycloak_pbkdf2\$(sha1|sha256|sha512)\$(\d{1,9})"
        r"\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)"
    )

    def _read(
        self,
        encoded: str,
    ) -> tuple[str, int, bytes, bytes]:
        if not (found := self._form.fullmatch(encoded)):
            raise ValueError("not a whole PBKDF2 credential of Keycloak")
        return found[1], int(found[2]), unpadded(found[3]), unpadded(found[4])

    @override
    def examine(self, encoded: str) -> None:
        _, iterations, salt, digest = self._read(encoded)
        if not 1 <= len(salt) <= 64 or not LEAST_DIGEST <= len(digest) <= 64:
            raise ValueError("the salt or the digest has an unusual length")
        _examine_iterations(iterations)

    @override
    def proves(
        self,
        secret: bytes,
        encoded: str,
    ) -> bool:
        name, iterations, salt, digest = self._read(encoded)
        derived = hashlib.pbkdf2_hmac(name, secret, salt, iterations, len(digest))
        return hmac.compare_digest(derived, digest)


class FirebaseScrypt(ForeignHasher):
    """`firebase_scrypt$ROUNDS$MEM_COST$SALT$STREAM`.

    Firebase encrypts the project's signer key under a key made of the password. XOR with
    that signer key leaves the key stream alone: it proves the password as well, so that
    the signer key is stored nowhere. SALT has the project's separator at its end.
    """

    algorithm = "firebase_scrypt"
    _form = re.compile(
        r"firebase_scrypt\$(\d{1,3})\$(\d{1,3})"
        r"\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)"
    )

    def _read(
        self,
        encoded: str,
    ) -> tuple[int, int, bytes, bytes]:
        if not (found := self._form.fullmatch(encoded)):
            raise ValueError("not a whole scrypt hash of Firebase")
        return int(found[1]), int(found[2]), unpadded(found[3]), unpadded(found[4])

    @override
    def examine(self, encoded: str) -> None:
        rounds, mem_cost, salt, stream = self._read(encoded)
        if not 1 <= len(salt) <= 64 or not 2 * LEAST_DIGEST <= len(stream) <= 64:
            raise ValueError("the salt or the hash has an unusual length")
        if rounds < 1 or not 1 <= mem_cost <= 30:
            raise ValueError("rounds or mem_cost is out of range")
        if _scrypt_memory(rounds, mem_cost) > MOST_MEMORY:
            raise ValueError("scrypt wants more than 1 GiB")

    @override
    def proves(
        self,
        secret: bytes,
        encoded: str,
    ) -> bool:
        rounds, mem_cost, salt, stream = self._read(encoded)
        key = hashlib.scrypt(
            secret,
            salt=salt,
            n=1 << mem_cost,
            r=rounds,
            p=1,
            maxmem=_scrypt_memory(rounds, mem_cost) + 2**20,
            dklen=32,
        )
        cipher = Cipher(AES(key), CTR(bytes(16))).encryptor()
        return hmac.compare_digest(cipher.update(bytes(len(stream))), stream)


def _examine_iterations(iterations: int) -> None:
    if not 1 <= iterations <= MOST_ITERATIONS:
        raise ValueError(f"iterations are from 1 to {MOST_ITERATIONS:,} here")


def _scrypt_memory(
    rounds: int,
    mem_cost: int,
) -> int:
    return 128 * rounds * ((1 << mem_cost) + 2)


FOREIGN: dict[str, ForeignHasher] = {
    hasher.algorithm: hasher()
    for hasher in (Bcrypt, Argon2, DjangoPBKDF2, KeycloakPBKDF2, FirebaseScrypt)
}
