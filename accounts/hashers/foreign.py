"""Password hashes that other systems made: checked in a hashing slot, never made.

The first sign-in that proves one replaces it by ours: Django asks for that whenever the
algorithm is not the preferred one, and `User.check_password` stores it.

`examine` guards the way in (`accounts.transfer`): a digest that is too short would let
many passwords in, and parameters that are too large would hold a slot or the memory.
"""

import base64
from abc import ABC, abstractmethod
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from typing_extensions import override

from accounts.hashers.bounded import slots
from accounts.passwords import normalise
from config.errors import Unavailable


class ForeignHasher(BasePasswordHasher, ABC):
    """Checks hashes of one kind; `encode` is refused.

    A password is tried in the form in which we hash it (NFKC) and, if that differs, as
    it was typed: we cannot know what its origin did.
    """

    @abstractmethod
    def examine(self, encoded: str) -> None:
        """Raise `ValueError`, with a reason that shows nothing, unless we may keep it."""

    @abstractmethod
    def proves(
        self,
        secret: bytes,
        encoded: str,
    ) -> bool:
        """Tell whether the hash is of `secret`; `ValueError` for a broken one."""

    @override
    def verify(
        self,
        password: str,
        encoded: str,
    ) -> bool:
        """Raises `Unavailable` where slots or memory are short."""
        for form in dict.fromkeys((normalise(password), password)):
            try:
                with slots().one():
                    if self.proves(form.encode(), encoded):
                        return True
            except ValueError:  # a broken hash, a lone surrogate: proves nothing
                return False
            except MemoryError:
                raise Unavailable("No memory left for this password.") from None
        return False

    @override
    def encode(
        self,
        password: str,
        salt: str,
    ) -> str:
        raise TypeError(f"{self.algorithm} hashes are checked, never made")

    @override
    def must_update(self, encoded: str) -> bool:
        return True

    @override
    def harden_runtime(
        self,
        password: str,
        encoded: str,
    ) -> None:
        """Nothing: the cost is the origin's, and the hash is soon replaced."""

    @override
    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm}


def unpadded(text: str) -> bytes:
    """Return what is base64 with or without padding; `ValueError` for what is not."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
