"""An authenticator app (RFC 6238): codes of a secret, each fresh one on demand."""

import hashlib
import hmac
import itertools
import struct
import time
from base64 import b32decode
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator

from accounts.models import User
from config.encryption import encrypt

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # nosec: of the tests only
STEP = 30


def code_at(
    secret: str,
    moment: float,
) -> str:
    """Return the code of a moment in Unix seconds."""
    counter = struct.pack(">Q", int(moment) // STEP)
    digest = hmac.new(b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@dataclass
class App:
    """An app that was given a secret; `code()` never gives one out twice."""

    secret: str = SECRET
    _steps: Any = field(default_factory=lambda: itertools.cycle((0, 1, -1)))

    def code(self) -> str:
        """Return a code that is good now."""
        return code_at(self.secret, time.time() + next(self._steps) * STEP)

    def wrong(self) -> str:
        """Return a code that is good neither now nor in a while."""
        near = {code_at(self.secret, time.time() + n * STEP) for n in range(-4, 5)}
        return next(c for c in map("{:06}".format, range(20)) if c not in near)


def has_app(user: User) -> App:
    """Give a user an authenticator app, without any flow."""
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.TOTP,
        data={"secret": encrypt(SECRET)},
    )
    return App()
