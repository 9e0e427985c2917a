"""Endpoints without a token: bad proofs are counted, others are not."""

from typing import Any

import pytest

from accounts.api import public
from accounts.errors import InvalidCredentials, LinkInvalid
from config.errors import InvalidInput, NotAuthenticated, TooManyRequests

pytestmark = pytest.mark.django_db


class _Bad(NotAuthenticated):
    code = "token_invalid"


@pytest.mark.parametrize("refusal", [_Bad(), LinkInvalid()])
def test_bad_tokens_and_links_are_counted_per_caller(
    settings: Any,
    refusal: Exception,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "2/1m"}
    said = [public.after_failure(refusal) for _ in range(3)]
    assert said[:2] == [refusal, refusal]
    assert isinstance(said[2], TooManyRequests)


@pytest.mark.parametrize(
    "refusal", [InvalidInput(), InvalidCredentials(), ValueError()]
)
def test_other_refusals_are_not(
    settings: Any,
    refusal: Exception,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "1/1m"}
    assert [public.after_failure(refusal) for _ in range(3)] == [refusal] * 3
    assert public.count_failure() is None
