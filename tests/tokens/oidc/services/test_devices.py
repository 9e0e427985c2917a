"""Requests of devices: written, looked at, decided once."""

from typing import Any

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from config import context
from config.context import RequestContext
from config.errors import TooManyRequests
from tenants.admission import Target
from tests.conftest import Together
from tests.factories import UserFactory
from tests.tokens.oidc.boxes import box
from tests.tokens.oidc.third import orders, shop
from tests.tokens.pages.browsers import session_at
from tokens import standing
from tokens.oidc.models import Consent, DeviceCode
from tokens.oidc.services import devices
from tokens.standing import Standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def present(user: User) -> Standing:
    """Return where somebody signed in at a browser stands."""
    return standing.read(session_at(user).sid)


def begun(scope: str = "openid email") -> tuple[DeviceCode, str]:
    """Return a request of a third party's device, and its user code."""
    given = devices.begin(shop(), Target(None, "", scope))
    row = devices.look(given.user_code, user=UserFactory())
    assert row is not None
    return row, given.user_code


def test_a_request_says_where_it_came_from() -> None:
    caller = RequestContext(ip="2001:db8::7", user_agent="TvBox/2.1")
    with context.entered(caller):
        devices.begin(shop(), Target(None, "", "openid"))
    row = DeviceCode.objects.get()
    assert (row.ip, row.user_agent, row.interval) == (caller.ip, "TvBox/2.1", 5)


def test_the_digest_of_a_user_code_needs_the_key(settings: Any) -> None:
    row, code = begun()
    settings.SECRET_KEY = "another key of the instance"
    assert devices.look(code, user=UserFactory()) is None
    assert len(row.user_digest) == 64


@pytest.mark.spec("RFC 8628 6.1")
def test_user_codes_are_hard_to_guess_and_easy_to_type() -> None:
    from math import log2

    assert log2(len(devices.ALPHABET) ** devices.LENGTH) >= 34
    assert not set(devices.ALPHABET) & set("AEIOUY0123456789")
    codes = {devices.begin(box().application, Target(None, "", "")).user_code}
    codes |= {devices._user_code() for _ in range(50)}
    assert len(codes) == 51


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("wdjbmjht", "WDJB-MJHT"),
        ("WDJB-MJHT", "WDJB-MJHT"),
        ("WDJB-MJHA", ""),
        ("WDJB-MJH", ""),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_only_what_may_be_a_code_is_shown_as_one(
    typed: str,
    shown: str,
) -> None:
    assert devices.shown(typed) == shown


@pytest.mark.parametrize("typed", ["\ud800" * 8, "\x00", "", "\u0634\u0634"])
def test_whatever_is_typed_is_looked_up(
    ann: User,
    typed: str,
) -> None:
    assert devices.look(typed, user=ann) is None


def test_the_target_is_what_the_consent_is_for() -> None:
    api = orders()
    devices.begin(shop(), Target(api.pk, api.identifier, "orders:read"))
    row = DeviceCode.objects.select_related("api").get()
    assert devices.target_of(row) == Target(api.pk, api.identifier, "orders:read")
    own, _ = begun("openid")
    assert devices.target_of(own).audience.endswith("/oauth/userinfo")


def test_a_decision_is_the_first_one(ann: User) -> None:
    row, _ = begun()
    assert devices.deny(row, acting_user=ann)
    assert not devices.deny(row, acting_user=ann)
    assert not devices.approve(row, present(ann))
    assert not Consent.objects.exists()
    assert not Event.objects.filter(action=Action.DEVICE_APPROVED).exists()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_decisions_one_counts(
    ann: User,
    together: Together,
) -> None:
    row, _ = begun()
    people: list[User] = [ann, *(UserFactory() for _ in range(3))]
    stand = [present(person) for person in people]

    def decide(number: int) -> bool:
        if number % 2:
            return devices.deny(row, acting_user=people[number % 4])
        return devices.approve(row, stand[number % 4])

    said = together(8, decide)
    assert said.count(True) == 1 and said.count(False) == 7, said
    row.refresh_from_db()
    assert (row.approved_at is None) is not (row.denied_at is None)
    decided = [Action.DEVICE_APPROVED, Action.DEVICE_DENIED]
    assert Event.objects.filter(action__in=decided).count() == 1
    assert (row.login is not None) is (row.approved_at is not None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("RFC 8628 5.1")
def test_parallel_guesses_get_no_more_than_the_limit(
    ann: User,
    settings: Any,
    together: Together,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = settings.LIMITS | {"device_guesses_account": "3/1h"}
    said = together(10, lambda n: devices.look(f"BBBB-BBB{n}", user=ann))
    limited = [answer for answer in said if isinstance(answer, TooManyRequests)]
    assert said.count(None) == 3 and len(limited) == 7, said


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_are_all_written(together: Together) -> None:
    application = shop()
    wanted = Target(None, "", "openid")
    said = together(8, lambda _: devices.begin(application, wanted))
    assert len({given.user_code for given in said}) == 8, said
    assert DeviceCode.objects.count() == 8
