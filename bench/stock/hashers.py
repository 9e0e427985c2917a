from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class BCrypt(BCryptSHA256PasswordHasher):
    rounds = settings.BCRYPT_ROUNDS
