"""The vocabulary."""

import re

from accounts.audit.actions import Action
from accounts.audit.models import Event


def test_every_action_is_source_subject_action() -> None:
    form = re.compile(r"[a-z]+:[a-z-]+:[a-z-]+")
    assert [a for a in Action.values if not form.fullmatch(a)] == []


def test_every_action_fits_its_column_and_has_its_own_words() -> None:
    assert max(map(len, Action.values)) <= 64
    assert len(set(Action.labels)) == len(Action.labels)
    assert dict(Event._meta.get_field("action").flatchoices).keys() == set(
        Action.values
    )
