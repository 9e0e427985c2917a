"""Fields of our pages at `/oauth/`."""

import pytest
from django.core.exceptions import ValidationError

from tokens.oidc.pages.fields import UserCodeField


@pytest.mark.parametrize("typed", ["WDJB-MJHT", " wdjb mjht ", "wdjb\u2013mjht"])
def test_a_code_is_letters_in_capitals(typed: str) -> None:
    assert UserCodeField().clean(typed) == "WDJBMJHT"


def test_no_more_than_a_code_is_taken() -> None:
    with pytest.raises(ValidationError):
        UserCodeField().clean("B" * 65)


def test_browsers_suggest_none() -> None:
    assert UserCodeField().widget.attrs["autocomplete"] == "off"
