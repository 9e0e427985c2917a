"""Every action that may happen to a person has words."""

import pytest

from accounts.audit.actions import Action
from tokens.pages.own.words import said


@pytest.mark.parametrize("action", Action.values)
def test_every_action_is_said(action: str) -> None:
    assert said(action)[:1].isupper()


def test_an_action_of_another_version_is_shown_as_it_is() -> None:
    assert said("account:new:thing") == "account:new:thing"


def test_the_trails_own_words_stand_in() -> None:
    assert said(Action.TENANT_CREATED) == "Tenant created"
