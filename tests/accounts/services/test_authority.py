"""Who may act on whom."""

import pytest

from accounts.models import User
from accounts.services.authority import (
    person_of,
    require_person,
    require_self_or_superuser,
    require_superuser,
    require_superuser_over,
)
from config.errors import Forbidden

ROOT = User(email="root@example.com", is_superuser=True)
ANN = User(email="ann@example.com")
STAFF = User(email="staff@example.com", is_staff=True)
GONE = User(email="gone@example.com", is_superuser=True, is_active=False)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> User:
    """A service that may what a superuser may."""
    user = User(email="", is_superuser=True)
    monkeypatch.setattr(user, "is_service", True, raising=False)
    return user


@pytest.mark.parametrize("acting", [None, ROOT])
def test_the_system_and_superusers_may(acting: User | None) -> None:
    require_superuser(acting)
    require_self_or_superuser(ANN, acting)


@pytest.mark.parametrize("acting", [STAFF, GONE])
def test_others_may_not(acting: User) -> None:
    with pytest.raises(Forbidden):
        require_superuser(acting)
    with pytest.raises(Forbidden):
        require_self_or_superuser(ANN, acting)


def test_people_may_act_on_themselves_while_they_are_active() -> None:
    require_self_or_superuser(ANN, ANN)
    with pytest.raises(Forbidden):
        require_self_or_superuser(GONE, GONE)


def test_a_service_may_what_a_superuser_may_but_to_operators(machine: User) -> None:
    require_superuser(machine)
    require_superuser_over(ANN, machine)
    require_self_or_superuser(ANN, machine)
    for operator in (ROOT, STAFF, GONE):
        require_superuser_over(operator, ROOT)
        require_superuser_over(operator, None)
        for rule in (require_superuser_over, require_self_or_superuser):
            with pytest.raises(Forbidden):
                rule(operator, machine)


def test_over_somebody_it_takes_a_superuser_at_all() -> None:
    with pytest.raises(Forbidden):
        require_superuser_over(ANN, STAFF)


def test_some_things_take_a_person(machine: User) -> None:
    require_person(ANN)
    require_person(None)
    with pytest.raises(Forbidden):
        require_person(machine)


def test_a_column_for_people_holds_no_service(machine: User) -> None:
    assert person_of(ANN) is ANN
    assert person_of(machine) is person_of(None) is None
