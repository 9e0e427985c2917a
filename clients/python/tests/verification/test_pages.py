"""Tokens that are not genuine, against static keys: nothing is sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from ntt_auth.jose.encoding import decode
from ntt_auth.verification.feed import Feed
from ntt_auth.verification.pages import read_page, subjects_of
from ntt_auth.verification.steps import Clock

ISSUER = "https://id.example.com"
VECTORS = Path(__file__).parents[4] / "docs" / "revocation-vectors.json"


@pytest.mark.parametrize(
    "case",
    json.loads(VECTORS.read_text())["cases"],
    ids=lambda case: str(case["name"]),
)
def test_the_revocation_vectors_hold(case: dict[str, Any]) -> None:
    feed = Feed(ISSUER, clock=Clock(), timeout=5, most=1000)
    page = {"data": case["rows"], "next_cursor": "c", "has_more": False}
    for key, limit, end in read_page(json.dumps(page).encode()).rows:
        feed.tables[0].put(key, limit, end)
    subjects = subjects_of(case["claims"], case["kid"])
    assert feed.refuses(subjects, case["claims"]["iat"]) is case["refused"]


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text())["subjects"])
def test_the_subject_vectors_hold(vector: dict[str, str]) -> None:
    from ntt_auth.verification.pages import subject_of

    expected = decode(vector["subject"])
    assert subject_of(vector["kind"], vector["id"]) == expected
