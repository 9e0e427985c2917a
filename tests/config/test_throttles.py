from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from rest_framework.request import Request
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.models import Attempts, User
from config.errors import TooManyRequests
from config.throttles import CallerThrottle
from tests.factories import ApplicationFactory, SessionFactory, UserFactory
from tokens import minting
from tokens.principals import Principal

Caller = Callable[[User], APIClient]


@pytest.fixture
def caller(
    keys: None,
    settings: Any,
) -> Caller:
    """Return a caller for a user; everybody may call twice a minute."""
    settings.LIMITS = settings.LIMITS | {"api_caller": "2/1m"}

    def make(user: User) -> APIClient:
        application = ApplicationFactory(scopes=["account"])
        session = SessionFactory(user=user, application=application, scope="account")
        client = APIClient()
        pair = minting.issue(session.sid)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access_token}")
        return client

    return make


def test_a_caller_past_the_limit_is_told_when_to_come_back(caller: Caller) -> None:
    alice = caller(UserFactory())
    assert [alice.get("/api/v1/users/me").status_code for _ in range(2)] == [200, 200]
    answer = alice.get("/api/v1/users/me")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_one_callers_limit_is_not_anothers(caller: Caller) -> None:
    alice, bob = caller(UserFactory()), caller(UserFactory())
    for _ in range(3):
        alice.get("/api/v1/users/me")
    assert bob.get("/api/v1/users/me").status_code == 200


def test_a_second_token_of_the_same_person_shares_the_limit(caller: Caller) -> None:
    user = UserFactory()
    phone, desk = caller(user), caller(user)
    phone.get("/api/v1/users/me")
    phone.get("/api/v1/users/me/sessions")
    assert desk.get("/api/v1/users/me").status_code == 429


def test_nothing_is_counted_where_limits_are_off(
    caller: Caller,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    alice = caller(UserFactory())
    assert {alice.get("/api/v1/users/me").status_code for _ in range(4)} == {200}


def test_the_token_paths_pay_nothing(caller: Caller) -> None:
    alice = caller(UserFactory())
    for _ in range(4):
        answer = alice.post("/api/v1/tokens/verify", {"token": "none.of.ours"})
        assert answer.status_code == 200
        assert alice.get("/api/v1/tokens/revocations").status_code == 200
    assert alice.get("/api/v1/users/me").status_code == 200
    assert Attempts.objects.filter(count=1).exists()


@pytest.mark.django_db
def test_an_application_is_counted_by_itself(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"api_caller": "1/1m"}

    def call(client_id: str) -> bool:
        claims = {"client_id": client_id, "sub": client_id}
        request = SimpleNamespace(
            auth=Principal(claims, kid="k", subjects=[]), user=None
        )
        return CallerThrottle().allow_request(
            cast(Request, request), cast(APIView, None)
        )

    one = str(uuid4())
    assert call(one)
    assert call(str(uuid4()))
    with pytest.raises(TooManyRequests):
        call(one)
