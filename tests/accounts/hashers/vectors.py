"""Hashes that others made and published, each with its password.

PHP: the manual of `password_verify`. Openwall: the test vectors of crypt_blowfish. Argon2:
`test.c` of the reference implementation. Firebase: the README of its scrypt. Keycloak:
realm exports of public demonstrations.
"""

from typing import Any

PHP = "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq"
OPENWALL = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
ARGON2ID = (
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
    "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
)
ARGON2I = (
    "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
    "$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"
)
KEYCLOAK_ARGON2 = {
    "type": "password",
    "secretData": '{"value":"BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A=",'
    '"salt":"RJ0aLMQ2qKbZuROs7qQhcA==","additionalParameters":{}}',
    "credentialData": '{"hashIterations":5,"algorithm":"argon2",'
    '"additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],'
    '"version":["1.3"],"parallelism":["1"]}}',
}
KEYCLOAK_PBKDF2 = {
    "type": "password",
    "secretData": '{"value":"JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=",'
    '"salt":"P5rtFkGtPfoaryJ6PizUJw==","additionalParameters":{}}',
    "credentialData": '{"hashIterations":27500,"algorithm":"pbkdf2-sha256",'
    '"additionalParameters":{}}',
}
FIREBASE_CONFIG = """hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}"""  # noqa: E501
FIREBASE = {
    "password_hash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz"
    "+VHjoZilo78198JAdRuid5lQ==",
    "salt": "42xEC+ixf3L2lw==",
}
SUPABASE = (
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pV"
    "MXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS"
    "2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
)

# what a row says -> the password
PUBLISHED: list[tuple[dict[str, Any], str]] = [
    ({"password_hash": PHP}, "rasmuslerdorf"),
    ({"password_hash": OPENWALL}, "U*U"),
    ({"password_hash": ARGON2ID}, "password"),
    ({"password_hash": ARGON2I}, "password"),
    ({"password_hash": KEYCLOAK_ARGON2}, "iceberg"),
    ({"password_hash": KEYCLOAK_PBKDF2}, "password"),
    (FIREBASE, "user1password"),
    ({"password_hash": SUPABASE}, "user1password"),
]
