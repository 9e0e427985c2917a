"""The console's word about people who leave."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from accounts.privacy.services import erase_user
from tests.factories import UserFactory
from tests.operators import console, root

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
DAY = datetime(2031, 5, 17, 8, 30, tzinfo=UTC)


def test_the_page_says_when_somebody_leaves() -> None:
    ann = UserFactory(is_active=False, erase_at=DAY)
    operator = console(root())
    page = operator.get(f"{LIST}{ann.pk}/change/").content.decode()
    assert "2031-05-17 08:30 UTC" in page and "leaving" in page
    assert "leaving" in operator.get(LIST).content.decode()


def test_erasing_asks_first_and_then_shows_the_list() -> None:
    ann, operator = UserFactory(email="ann@example.com"), console(root())
    path = f"{LIST}{ann.pk}/erase/"

    asked = operator.get(path)
    assert "cannot be undone" in asked.content.decode()
    assert not User.objects.get(pk=ann.pk).erased_at

    answer = operator.post(path, follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert "The person was erased." in answer.content.decode()
    assert User.objects.get(pk=ann.pk).erased_at


def test_nobody_erases_themselves_in_the_console() -> None:
    operator = root()
    root()
    answer = console(operator).post(f"{LIST}{operator.pk}/erase/")
    assert "You cannot erase yourself." in answer.content.decode()
    assert not User.objects.get(pk=operator.pk).erased_at


def test_the_erased_are_not_shown() -> None:
    ann = erase_user(UserFactory(), acting_user=None)
    operator = console(root())
    assert str(ann.pk) not in operator.get(LIST).content.decode()
    found = operator.get(LIST, {"q": str(ann.pk)}).content.decode()
    assert f"/{ann.pk}/" not in found
    for deed in ("enable", "erase", "set-password"):
        assert operator.post(f"{LIST}{ann.pk}/{deed}/").status_code == 404
    assert operator.get(f"{LIST}{ann.pk}/change/").status_code == 302
