"""What a Keycloak credential becomes, and which are refused."""

import json
from typing import Any

import pytest

from accounts.transfer import keycloak
from tests.accounts.hashers.vectors import KEYCLOAK_ARGON2, KEYCLOAK_PBKDF2

FLAT: dict[str, Any] = {
    "algorithm": "pbkdf2-sha256",
    "hashIterations": 27500,
    "salt": "P5rtFkGtPfoaryJ6PizUJw==",
    "value": "JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=",
}
PARAMETERS = {"memory": 7168, "type": "id", "version": "1.3", "parallelism": 1}


def test_text_objects_and_the_flat_form_are_one() -> None:
    made = keycloak.encoded(KEYCLOAK_PBKDF2)
    assert made.startswith("keycloak_pbkdf2$sha256$27500$P5rt")
    parsed = {
        name: json.loads(KEYCLOAK_PBKDF2[name])
        for name in ("secretData", "credentialData")
    }
    assert keycloak.encoded(parsed) == keycloak.encoded(FLAT) == made


def test_argon2_becomes_a_phc_string() -> None:
    made = keycloak.encoded(KEYCLOAK_ARGON2)
    assert made.startswith("argon2$argon2id$v=19$m=7168,t=5,p=1$RJ0a")
    assert "=" not in made.rpartition("p=1")[2]
    flat = {**FLAT, "algorithm": "argon2", "additionalParameters": PARAMETERS}
    assert keycloak.encoded(flat).startswith("argon2$argon2id$v=19$m=7168,t=27500,p=1$")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "otp"}, "no password"),
        ({"algorithm": "md5"}, "none of pbkdf2"),
        ({"algorithm": ["pbkdf2"]}, "none of pbkdf2"),
        ({"algorithm": None}, "none of pbkdf2"),
        ({"hashIterations": "27500"}, "hashIterations"),
        ({"hashIterations": True}, "hashIterations"),
        ({"hashIterations": 0}, "hashIterations"),
        ({"hashIterations": 10**30}, "hashIterations"),
        ({"salt": None}, "salt"),
        ({"value": 3}, "value"),
        ({"value": "A" * 300}, "value"),
        ({"secretData": "{}"}, "belong together"),
        ({"secretData": "{}", "credentialData": "{"}, "credentialData is not JSON"),
        ({"secretData": "[]", "credentialData": "{}"}, "secretData is no JSON object"),
        ({"secretData": None, "credentialData": "{}"}, "secretData is no JSON object"),
        ({"secretData": "[" * 9999, "credentialData": "{}"}, "secretData is not JSON"),
        ({"algorithm": "argon2"}, "additionalParameters"),
    ],
)
def test_what_is_no_password_credential_is_refused(
    change: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        keycloak.encoded({**FLAT, **change})
    assert FLAT["value"] not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "d"}, "type id or i"),
        ({"version": "1.0"}, "version 1.3"),
        ({"memory": "much"}, "no number"),
        ({"memory": "١"}, "no number"),
        ({"parallelism": []}, "parallelism is missing"),
        ({"memory": [1, 2]}, "memory is missing"),
        ({"memory": True}, "memory is missing"),
    ],
)
def test_argon2_parameters_are_examined(
    change: dict[str, Any],
    words: str,
) -> None:
    more = {**PARAMETERS, **change}
    with pytest.raises(ValueError, match=words):
        keycloak.encoded({**FLAT, "algorithm": "argon2", "additionalParameters": more})
