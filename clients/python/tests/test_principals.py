import copy
import pickle
from typing import Any

import pytest

from ntt_auth import Principal
from played import Play


@pytest.fixture(scope="module")
def principal() -> Principal:
    play = Play(revocation="off")
    return play.verify(
        play.token(scope="a b", roles=["editor"], permissions=["orders:refund"])
    )


@pytest.mark.parametrize(
    "through",
    [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_principal_survives_a_copy_and_a_process_boundary(
    principal: Principal,
    through: Any,
) -> None:
    found = through(principal)
    assert found == principal
    assert found.claims == principal.claims
    with pytest.raises(TypeError):
        found.claims["sub"] = "mallory"


def test_a_principal_cannot_be_changed(principal: Principal) -> None:
    with pytest.raises(AttributeError):
        principal.sub = "mallory"  # type: ignore[misc]


def test_a_principal_is_a_key_of_sets_and_dicts(principal: Principal) -> None:
    assert principal in {copy.deepcopy(principal)}


def test_it_tells_what_it_has(principal: Principal) -> None:
    assert principal.has_scope("a") and not principal.has_scope("c")
    assert principal.has_role("editor") and not principal.has_role("edit")
    assert principal.has_permission("orders:refund")
    assert not principal.has_permission("orders")
    assert not principal.is_service


def test_an_application_for_itself_is_a_service() -> None:
    play = Play(revocation="off")
    assert play.verify(play.token(sub="shop", client_id="shop")).is_service


def test_the_claims_are_not_in_its_repr(principal: Principal) -> None:
    assert "claims" not in repr(principal)
