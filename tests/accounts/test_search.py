"""Finding people by what an operator types."""

import pytest

from accounts.models import User
from accounts.search import by_address
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def found(term: str) -> list[str]:
    """Return the addresses that a term finds."""
    people = User.objects.filter(by_address(term, "email_key"))
    return sorted(people.values_list("email", flat=True))


@pytest.mark.parametrize(
    "term",
    ["Alice@Example.com", " alice@example.com ", "ALICE", "\uff21lice@example.com"],
)
def test_every_spelling_of_an_address_finds_its_owner(term: str) -> None:
    UserFactory.create(email="Alice@example.com")
    UserFactory.create(email="bob@example.com")
    assert found(term) == ["Alice@example.com"]


def test_a_wildcard_is_only_a_character() -> None:
    UserFactory.create(email="alice@example.com")
    assert found("%") == []
    assert found("a_ice") == []


def test_another_letter_is_another_person() -> None:
    UserFactory.create(email="adam@example.com")
    assert found("\u00e1dam@example.com") == []
