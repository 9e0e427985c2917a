"""Users as Django's own commands make and find them."""

import pytest
from django.core.management import call_command

from accounts.flows import Authenticated
from accounts.models import User
from tests.accounts.flows.doors import log_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_createsuperuser_makes_one_who_can_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", email="Root@example.com", interactive=False)

    user = User.objects.get()
    assert user.is_superuser and user.is_staff
    assert user.email_key == "root@example.com"
    assert isinstance(log_in("root@example.com"), Authenticated)


def test_a_user_is_found_by_any_spelling_of_the_address() -> None:
    user = UserFactory.create(email="Ann@example.com")

    assert User.objects.get_by_natural_key(" ANN@example.com") == user
    assert str(user) == "Ann@example.com"


def test_a_user_without_a_password_has_none_usable() -> None:
    assert not User.objects.create_user("ann@example.com").has_usable_password()
