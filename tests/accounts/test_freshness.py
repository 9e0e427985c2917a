"""A sensitive change wants a recent proof, management one with a second factor."""

import time
from typing import Any
from uuid import uuid4

import pytest

from accounts import freshness
from accounts.errors import InsufficientUserAuthentication
from config import problems


def test_a_proof_is_recent_for_the_seconds_that_are_set(settings: Any) -> None:
    settings.STEP_UP_SECONDS = 600
    freshness.require_recent(time.time() - 590)
    with pytest.raises(InsufficientUserAuthentication) as refusal:
        freshness.require_recent(time.time() - 620)
    assert refusal.value.extra == {"max_age": 600}


def test_the_refusal_says_how_fresh_a_proof_it_wants() -> None:
    with pytest.raises(InsufficientUserAuthentication) as refusal:
        freshness.require_factor(time.time(), ["pwd"])
    said = problems.headers(refusal.value)["WWW-Authenticate"]
    assert said.startswith('Bearer error="insufficient_user_authentication"')
    assert 'acr_values="aal2"' in said and 'max_age="43200"' in said


def test_management_wants_a_factor_of_the_last_hours(settings: Any) -> None:
    settings.MFA_FRESH_HOURS = 1
    freshness.require_factor(time.time() - 3500, ["pwd", "otp", "mfa"])
    with pytest.raises(InsufficientUserAuthentication):
        freshness.require_factor(time.time() - 3700, ["pwd", "otp", "mfa"])


def test_a_tenants_word_alone_is_no_proof_of_the_accounts_own() -> None:
    freshness.require_own(None)
    with pytest.raises(InsufficientUserAuthentication):
        freshness.require_own(uuid4())
