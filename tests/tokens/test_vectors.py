"""The published vectors, which every SDK runs too, against our own code."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jwt import PyJWK

from config.errors import NotAuthenticated
from tokens import keyring, verification
from tokens.jose import claims as rules
from tokens.revocations import Kind, Snapshot, subject_of, subjects_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "revocation-vectors.json"
HOSTILE = Path(__file__).parents[2] / "clients" / "vectors"
TOKENS = json.loads((HOSTILE / "tokens.json").read_text())
VECTORS = json.loads(DOCUMENT.read_text())


@pytest.mark.parametrize("vector", VECTORS["subjects"], ids=lambda v: v["kind"])
def test_a_subject_is_the_published_digest(vector: dict[str, str]) -> None:
    assert subject_of(vector["kind"], vector["id"]) == vector["subject"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_token_is_refused_as_published(case: dict[str, Any]) -> None:
    snapshot = Snapshot()
    for row in case["rows"]:
        snapshot.rows[row["kind"], row["subject"]] = row["issued_before"]
    claims = case["claims"]
    refusal = snapshot.refusal(subjects_of(claims, case["kid"]), claims["iat"])
    assert (refusal is not None) is case["refused"]


def test_every_kind_has_its_vectors_both_ways() -> None:
    kinds = set(Kind.values)
    assert {vector["kind"] for vector in VECTORS["subjects"]} == kinds
    for refused in (True, False):
        cases = [case for case in VECTORS["cases"] if case["refused"] is refused]
        assert kinds <= {row["kind"] for case in cases for row in case["rows"]}


@pytest.fixture
def judge(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Callable[[str], str]:
    """Our own verdict, at the time, by the keys and as the issuer of the vectors."""
    keys = {
        jwk["kid"]: keyring.Key(jwk["kid"], jwk["alg"], PyJWK(jwk).key)
        for jwk in TOKENS["jwks"]["keys"]
    }
    ring = keyring.KeyRing(1, "vectors", {}, keys, b"", "")
    monkeypatch.setattr(keyring, "at", lambda state: ring)
    monkeypatch.setattr(rules, "time", SimpleNamespace(time=lambda: TOKENS["now"]))
    settings.ISSUER = TOKENS["issuer"]
    verification.forget()

    def verdict(token: str) -> str:
        try:
            verification.verify(token, audience=TOKENS["audience"])
        except NotAuthenticated as error:
            return error.code
        return "valid"

    return verdict


@pytest.mark.spec("RFC 8725 3.1", "RFC 8725 3.11")
def test_every_hostile_token_is_judged_as_published(
    judge: Callable[[str], str],
) -> None:
    wrong = []
    for case in TOKENS["cases"]:
        expected = case.get("server", case["expected"])
        told = [judge(case["token"]), judge(case["token"])]  # the kept one too
        if told != [expected, expected]:
            wrong.append((case["name"], told))
    assert wrong == []
    verification.forget()


def test_the_published_files_are_what_their_script_makes() -> None:
    command = [sys.executable, str(HOSTILE / "make.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
