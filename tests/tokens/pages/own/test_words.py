"""Every action that may happen to a person has words."""

import pytest

from accounts.audit.actions import Action
from tokens.pages.own.words import _SAID, said

OF_NOBODY_WHO_READS = {  # about many, about who is gone, or about the instance
    Action.USER_DELETED,
    Action.USER_ERASED,
    Action.USERS_IMPORTED,
    Action.USERS_EXPORTED,
    Action.SETUP_LINK_CREATED,
    Action.SETUP_LINK_CLAIMED,
}


@pytest.mark.parametrize("action", Action.values)
def test_every_action_is_said(action: str) -> None:
    assert said(action)[:1].isupper()


def test_an_action_of_another_version_is_shown_as_it_is() -> None:
    assert said("account:new:thing") == "account:new:thing"


def test_the_trails_own_words_stand_in() -> None:
    assert said(Action.TENANT_CREATED) == "Tenant created"


def test_what_happens_to_a_person_is_said_in_words_that_are_translated() -> None:
    told = (
        *("account:", "token:session:", "token:token:", "token:consent:"),
        *("token:device:", "token:device-code:"),
        *("social:identity:", "social:sign-in:"),
    )
    theirs = {action for action in Action if action.startswith(told)}
    assert theirs - OF_NOBODY_WHO_READS == set(_SAID)
