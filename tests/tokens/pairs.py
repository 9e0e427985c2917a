"""From a session to the tokens that a client would get for it."""

from typing import Any

from tokens import minting
from tokens.minting import TokenPair
from tokens.models import Session


def minted(outcome: Any) -> TokenPair:
    """Return the tokens of the session that a sign-in gave; fails where it gave none."""
    assert isinstance(outcome, Session), outcome
    return minting.issue(outcome.sid)
