"""Who may act on whom."""

import pytest

from accounts.models import User
from accounts.services.authority import require_self_or_superuser, require_superuser
from config.errors import Forbidden

ROOT = User(email="root@example.com", is_superuser=True)
ANN = User(email="ann@example.com")
STAFF = User(email="staff@example.com", is_staff=True)
GONE = User(email="gone@example.com", is_superuser=True, is_active=False)


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
