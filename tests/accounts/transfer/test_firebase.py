"""The parameters of a Firebase project, and what becomes of its hashes."""

import json

import pytest

from accounts.transfer.firebase import FirebaseProject
from tests.accounts.hashers.vectors import FIREBASE, FIREBASE_CONFIG, SUPABASE

KEY = FIREBASE_CONFIG.split("base64_signer_key: ")[1].split(",")[0]


def test_the_console_s_text_and_json_are_read_alike() -> None:
    values = {
        "algorithm": "SCRYPT",
        "base64_signer_key": KEY,
        "base64_salt_separator": "Bw==",
        "rounds": 8,
        "mem_cost": 14,
    }
    project = FirebaseProject.of_text(FIREBASE_CONFIG)
    assert project == FirebaseProject.of_text(json.dumps(values))
    assert project == FirebaseProject.of_text(json.dumps(values, indent=2))
    assert (project.rounds, project.mem_cost, project.separator) == (8, 14, b"\x07")


def test_the_signer_key_is_not_shown() -> None:
    shown = repr(FirebaseProject.of_text(FIREBASE_CONFIG))
    assert "signer_key" not in shown and KEY not in shown


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (FIREBASE_CONFIG, "", "base64_signer_key, base64_salt_separator, rounds"),
        ("rounds: 8", "rounds: eight", "rounds is no number"),
        ("mem_cost: 14", "mem_cost: -1", "mem_cost is no number"),
        ("mem_cost: 14", "mem: 14", "mem_cost is missing"),
        (KEY, "Bw==", "too short"),
        (KEY, "*" * 80, "base64_signer_key is not base64"),
    ],
)
def test_a_fault_names_the_parameter_and_no_value(
    before: str,
    after: str,
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        FirebaseProject.of_text(FIREBASE_CONFIG.replace(before, after))
    assert KEY not in str(refusal.value)


def test_the_alphabet_of_the_command_line_tool_is_read_too() -> None:
    project = FirebaseProject.of_text(FIREBASE_CONFIG)
    value, salt = FIREBASE["password_hash"], FIREBASE["salt"]
    url = value.replace("+", "-").replace("/", "_")
    assert project.encoded(url, salt) == project.encoded(value, salt)


@pytest.mark.parametrize(
    ("value", "salt", "words"),
    [
        ("YQ==", "YQ==", "as long as"),
        ("***", "YQ==", "password_hash is not base64"),
        (FIREBASE["password_hash"], "*", "salt is not base64"),
        (FIREBASE["password_hash"], "", "salt is empty"),
    ],
)
def test_a_hash_that_cannot_be_is_refused(
    value: str,
    salt: str,
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words):
        FirebaseProject.of_text(FIREBASE_CONFIG).encoded(value, salt)


def test_supabase_carries_the_parameters_along() -> None:
    project = FirebaseProject.of_text(FIREBASE_CONFIG)
    made = project.encoded(FIREBASE["password_hash"], FIREBASE["salt"])
    assert FirebaseProject.of_supabase(SUPABASE) == made
    with pytest.raises(ValueError, match="whole"):
        FirebaseProject.of_supabase("$fbscrypt$v=2")
