"""Password hashes: ours, which are made here, and foreign ones, which are only checked.

No hash of either kind is computed outside a hashing slot.
"""

from accounts.hashers.bounded import (
    BoundedBCryptSHA256PasswordHasher,
    Slots,
    slots,
)

__all__ = ["BoundedBCryptSHA256PasswordHasher", "Slots", "slots"]
