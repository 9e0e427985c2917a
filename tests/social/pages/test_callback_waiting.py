"""A provider that hangs holds up nobody else; a way is taken once, whoever comes together."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.audit.models import Event
from accounts.models import User
from config.slots import Slots
from social.models import Attempt, Connection, Identity
from social.upstream import calls
from tests.conftest import Together
from tests.factories import ConnectionFactory
from tests.social import upstreams
from tests.social.travel import come_back, leave, travel
from tests.social.upstreams import Asking, Upstream
from tests.tokens.pages.people import Browser, went

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 6


@pytest.fixture
def hanging() -> Iterator[tuple[Upstream, threading.Event, threading.Event]]:
    """A provider whose token endpoint hangs; when it is asked, and when it goes on."""
    asked, goes_on = threading.Event(), threading.Event()

    def hang(asking: Asking) -> None:
        asked.set()
        goes_on.wait(4)
        document = asking.upstream.document(asking.upstream.asked[-1])
        asking.say(200, json.dumps(document).encode())

    with upstreams.serving() as upstream:
        upstream.answers["/token"] = hang
        yield upstream, asked, goes_on
        goes_on.set()


def test_who_comes_too_much_may_come_again_and_others_are_not_held_up(
    connection: Connection,
    upstream: Upstream,
    hanging: tuple[Upstream, threading.Event, threading.Event],
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_waiting", Slots(3))  # one for each provider
    slow, asked, goes_on = hanging
    ConnectionFactory(provider_id="slow", issuer=slow.issuer)
    slow.person = {**slow.person, "sub": "s-1", "email": "sue@example.com"}
    first, second = Browser(), Browser()
    answers = [slow.authorize(leave(browser, "slow")) for browser in (first, second)]

    def work(number: int) -> Any:
        if number == 0:
            return come_back(first, answers[0], "slow")
        try:
            assert asked.wait(4)
            busy = come_back(second, answers[1], "slow")
            return busy, travel(Browser(), upstream), Client().get("/account/login/")
        finally:
            goes_on.set()

    waited, rest = together(2, work)
    busy, other, page = rest
    assert went(waited) == went(other) == "/account/"
    assert page.status_code == 200
    assert busy.status_code == 503 and busy.problem_code == "provider_unavailable"
    assert busy["Retry-After"] == busy["Refresh"] == "2"
    assert Attempt.objects.filter(claimed_at=None).count() == 1
    assert not Event.objects.filter(action="social:sign-in:refused").exists()
    assert went(come_back(second, answers[1], "slow")) == "/account/"
    assert Attempt.objects.filter(claimed_at=None).count() == 0


def test_nobody_leaves_for_a_provider_that_has_no_place(
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_waiting", Slots(1))
    with calls.place(connection):
        answer = Browser().post("/account/social/example/")
    assert answer.status_code == 503 and answer["Retry-After"] == "2"
    assert not Attempt.objects.exists()


def test_of_those_who_come_back_together_one_is_in(
    connection: Connection,
    upstream: Upstream,
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_waiting", Slots(COUNT * 3))
    browser = Browser()
    answer = upstream.authorize(leave(browser))

    def work(number: int) -> Any:
        return come_back(browser.holding(browser.cookie), answer)

    came = together(COUNT, work)
    assert sorted(each.status_code for each in came) == [302] + [401] * (COUNT - 1)
    assert (User.objects.count(), Identity.objects.count()) == (1, 1)
    assert [asked.path for asked in upstream.asked].count("/token") == 1


def test_of_forms_that_come_together_one_is_kept(
    connection: Connection,
    upstream: Upstream,
    together: Together,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    Connection.objects.update(provider="apple")  # whose answers are forms

    def work(number: int) -> Any:
        form = {**answer, "code": f"{answer['code']}{number or ''}"}
        return Client().post("/account/social/example/callback/", form)

    came = together(COUNT, work)
    assert sorted(each.status_code for each in came) == [303] + [401] * (COUNT - 1)


def test_one_person_in_several_browsers_is_one_person(
    connection: Connection,
    upstream: Upstream,
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_waiting", Slots(COUNT * 3))
    browsers = [Browser() for _ in range(COUNT)]
    answers = [upstream.authorize(leave(browser)) for browser in browsers]
    came = together(COUNT, lambda n: come_back(browsers[n], answers[n]))
    assert {each.status_code for each in came} <= {302, 503}
    assert [each for each in came if each.status_code == 302]
    assert (User.objects.count(), Identity.objects.count()) == (1, 1)
