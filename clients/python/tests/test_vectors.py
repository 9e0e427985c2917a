"""The tokens and key sets of `clients/vectors`, which every verifier of ours runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ntt_auth import TokenExpired, TokenInvalid, Verifier
from ntt_auth.jose.encoding import read_object
from ntt_auth.jose.keys import read_set
from ntt_auth.verification.steps import Clock

FOLDER = Path(__file__).parents[2] / "vectors"
TOKENS = json.loads((FOLDER / "tokens.json").read_text())
SETS = json.loads((FOLDER / "jwks.json").read_text())


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    clock = Clock(now=lambda: TOKENS["now"])
    with Verifier(
        TOKENS["issuer"],
        TOKENS["audience"],
        revocation="off",
        jwks=TOKENS["jwks"],
        clock=clock,
    ) as found:
        yield found


def verdict(
    verifier: Verifier,
    token: str,
) -> str:
    try:
        verifier.verify(token)
    except (TokenInvalid, TokenExpired) as error:
        return error.code
    return "valid"


@pytest.mark.parametrize("case", TOKENS["cases"], ids=lambda case: str(case["name"]))
def test_a_token_is_judged_as_published(
    verifier: Verifier,
    case: dict[str, str],
) -> None:
    assert verdict(verifier, case["token"]) == case["expected"]
    assert verdict(verifier, case["token"]) == case["expected"]  # the kept one too


def _usable(document: str) -> list[str]:
    try:
        return sorted(read_set(read_object(document.encode())))
    except ValueError:
        return []


@pytest.mark.parametrize("case", SETS["cases"], ids=lambda case: str(case["name"]))
def test_the_usable_keys_are_those_published(case: dict[str, Any]) -> None:
    assert _usable(case["document"]) == case["usable"]
