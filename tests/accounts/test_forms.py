"""The console's forms about people."""

import pytest

from accounts.forms import RightsForm, console_rights
from tests.operators import staff

pytestmark = pytest.mark.django_db


def test_every_section_can_be_granted_to_look_at() -> None:
    rights = dict(console_rights())
    assert rights["accounts.view_user"] == "Users: view"
    assert rights["tokens.change_session"] == "Sessions: change"


def test_no_right_over_people_can_be_granted() -> None:
    rights = dict(console_rights())
    assert not [name for name in rights if name.startswith(("auth.", "admin."))]
    assert "accounts.change_user" not in rights
    assert "accounts.add_user" not in rights


def test_a_page_shows_the_rights_held() -> None:
    form = RightsForm(instance=staff("audit.view_event"))
    assert form.initial["rights"] == ["audit.view_event"]
