"""Password hashing."""

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class BoundedBCryptSHA256PasswordHasher(BCryptSHA256PasswordHasher):
    """PLACEHOLDER."""

    rounds = 4
