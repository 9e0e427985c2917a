"""`docs/revocation-vectors.json`, which every SDK runs too, against our own code."""

import json
from pathlib import Path
from typing import Any

import pytest

from tokens.revocations import Kind, Snapshot, subject_of, subjects_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "revocation-vectors.json"
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
