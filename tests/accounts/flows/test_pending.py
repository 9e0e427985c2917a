"""A flow is good for its purpose, its person, and as long as neither ended."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.backends import NOBODY
from accounts.errors import CodeInvalid, FlowInvalid, InvalidCredentials
from accounts.flows import pending
from accounts.flows.pending import Purpose
from accounts.models import SpentCode, User
from config.sessions import FlowStore, SessionStore
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user: User = UserFactory()
    return user


def test_a_flow_keeps_what_it_was_begun_with(ann: User) -> None:
    token = pending.begin(ann, Purpose.SIGN_IN, amr=("pwd",), state={"a": "b"})
    flow = pending.waiting(token, Purpose.SIGN_IN)
    assert (flow.user_id, flow.epoch, flow.key) == (ann.pk, ann.epoch, ann.email_key)
    assert (flow.amr, flow.state) == (("pwd",), {"a": "b"})
    assert pending.person_of(flow) == ann


def test_it_serves_no_other_purpose(ann: User) -> None:
    for mine in Purpose:
        token = pending.begin(ann, mine)
        others = [p for p in Purpose if p is not mine]
        with pytest.raises(FlowInvalid):
            pending.waiting(token, *others)


@pytest.mark.parametrize(
    "change",
    [{"epoch": 1}, {"is_active": False}, {"email_key": "other@example.com"}],
)
def test_it_ends_with_what_it_stood_on(
    ann: User,
    change: dict[str, Any],
) -> None:
    token = pending.begin(ann, Purpose.SIGN_IN)
    flow = pending.waiting(token, Purpose.SIGN_IN)
    User.objects.filter(pk=ann.pk).update(**change)
    with pytest.raises(FlowInvalid):
        pending.waiting(token, Purpose.SIGN_IN)
    with pytest.raises(FlowInvalid):
        pending.person_of(flow)


def test_it_ends_with_its_time_and_when_it_is_ended(ann: User) -> None:
    first = pending.begin(ann, Purpose.SIGN_IN, seconds=60)
    rows = FlowStore.get_model_class().objects
    rows.update(expire_date=timezone.now())
    with pytest.raises(FlowInvalid):
        pending.waiting(first, Purpose.SIGN_IN)
    second = pending.begin(ann, Purpose.SIGN_IN)
    pending.end(pending.waiting(second, Purpose.SIGN_IN))
    with pytest.raises(FlowInvalid):
        pending.waiting(second, Purpose.SIGN_IN)


def test_a_flow_of_nobody_has_no_person() -> None:
    flow = pending.waiting(pending.begin(None, Purpose.PASSKEY), Purpose.PASSKEY)
    assert flow.user_id == NOBODY
    with pytest.raises(FlowInvalid):
        pending.person_of(flow)


def test_its_token_is_no_cookie(ann: User) -> None:
    token = pending.begin(ann, Purpose.SIGN_IN)
    assert not SessionStore(session_key=token).exists(token)
    assert dict(SessionStore(session_key=token).items()) == {}


def test_a_step_is_undone_by_what_it_raises_and_kept_by_what_it_returns(
    ann: User,
) -> None:
    flow = pending.waiting(pending.begin(ann, Purpose.SIGN_IN), Purpose.SIGN_IN)

    def refuse() -> None:
        pending.spend("a")
        raise CodeInvalid

    with pytest.raises(CodeInvalid):
        pending.step(flow, refuse)
    assert not SpentCode.objects.exists()
    assert pending.step(flow, lambda: pending.spend("a")) is not None
    assert SpentCode.objects.count() == 1


def test_allauths_refusal_of_a_flow_is_its_end(ann: User) -> None:
    flow = pending.waiting(pending.begin(ann, Purpose.SIGN_IN), Purpose.SIGN_IN)

    def refuse() -> None:
        raise InvalidCredentials

    with pytest.raises(FlowInvalid):
        pending.step(flow, refuse)


def test_a_code_is_spent_once_and_can_be_given_back() -> None:
    spent = pending.spend("factor", "ann", "123456")
    assert spent is not None
    assert pending.spend("factor", "ann", "123456") is None
    assert pending.spend("factor", "bob", "123456") is not None
    spent.drop()
    assert pending.spend("factor", "ann", "123456") is not None


@pytest.mark.parametrize("code", ["123 456", "123-456", " 123456 ", "12-34-56"])
def test_every_spelling_of_a_code_is_one(code: str) -> None:
    assert pending.plain(code) == "123456"
    assert pending.plain("ab-cd") == "ABCD"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_spend_a_code_at_once_one_does(together: Together) -> None:
    said = together(10, lambda _: pending.spend("x", "\ud800"))
    assert sum(isinstance(s, SpentCode) for s in said) == 1, said
