"""A second factor at sign-in over REST: `POST auth/mfa` and what leads to it."""

import json
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import KnownAddress, User
from accounts.services import change_password
from tests.authenticators import App, has_app
from tests.conftest import Together
from tests.factories import PASSWORD, ApplicationFactory, UserFactory
from tokens.models import Login, Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
LOGIN, MFA = "/api/v1/auth/login", "/api/v1/auth/mfa"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def app(ann: User) -> App:
    return has_app(ann)


def begun(
    client: Any,
    **more: Any,
) -> dict[str, Any]:
    """Sign Ann in as far as the password goes; return what is asked next."""
    body = {"email": "ann@example.com", "password": PASSWORD, **more}
    answer = client.post(LOGIN, body, content_type="application/json")
    assert answer.status_code == 401
    told: dict[str, Any] = answer.json()
    assert told["code"] == "mfa_required"
    return told


def shown(
    client: Any,
    flow_token: str,
    code: str,
    method: str = "totp",
) -> tuple[int, dict[str, Any]]:
    """Show a code; return the status and the answer."""
    body = {"flow_token": flow_token, "method": method, "code": code}
    answer = client.post(MFA, body, content_type="application/json")
    return answer.status_code, answer.json()


def claims_of(answer: dict[str, Any]) -> dict[str, Any]:
    token = answer["access_token"]
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def test_the_password_alone_gives_a_flow_and_no_login(
    client: Any,
    app: App,
) -> None:
    told = begun(client)
    assert told["methods"] == ["totp"]
    assert not Login.objects.exists() and not KnownAddress.objects.exists()


def test_a_code_signs_in_and_the_token_says_how(
    client: Any,
    app: App,
) -> None:
    status, answer = shown(client, begun(client)["flow_token"], app.code())
    assert status == 200
    claims = claims_of(answer)
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert claims["acr"] == "aal2"
    assert abs(claims["auth_time"] - timezone.now().timestamp()) < 5
    assert KnownAddress.objects.count() == 1


def test_the_flow_says_for_which_application_it_was_begun(
    client: Any,
    app: App,
) -> None:
    application = ApplicationFactory()
    flow = begun(client, client_id=application.client_id)["flow_token"]
    body = {"flow_token": flow, "method": "totp", "code": app.code()}
    other = {**body, "client_id": "default"}
    refused = client.post(MFA, other, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    answer = client.post(MFA, body, content_type="application/json").json()
    assert claims_of(answer)["client_id"] == application.client_id


def test_a_wrong_code_is_recorded_and_the_flow_goes_on(
    client: Any,
    app: App,
    ann: User,
) -> None:
    flow = begun(client)["flow_token"]
    status, answer = shown(client, flow, app.wrong())
    assert (status, answer["code"]) == (401, "code_invalid")
    event = Event.objects.get(action=Action.FACTOR_REFUSED)
    assert event.target_id == str(ann.pk)
    assert app.wrong() not in str(vars(event))
    assert shown(client, flow, app.code())[0] == 200


def test_a_finished_flow_is_over(
    client: Any,
    app: App,
) -> None:
    flow = begun(client)["flow_token"]
    assert shown(client, flow, app.code())[0] == 200
    status, answer = shown(client, flow, app.code())
    assert (status, answer["code"]) == (401, "flow_invalid")


def test_a_code_works_once_over_all_flows(
    client: Any,
    app: App,
) -> None:
    first, second = (begun(client)["flow_token"] for _ in range(2))
    code = app.code()
    assert shown(client, first, code)[0] == 200
    assert shown(client, second, code)[1]["code"] == "code_invalid"
    spelled = f"{code[:3]} {code[3:]}"
    assert shown(client, second, spelled)[1]["code"] == "code_invalid"
    assert Login.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_code_twenty_times_at_once_signs_in_once(
    app: App,
    together: Together,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    flows = [begun(Client())["flow_token"] for _ in range(20)]
    code = app.code()
    said = together(20, lambda n: shown(Client(), flows[n], code)[0])
    assert sorted(said) == [200] + [401] * 19
    assert Login.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_flow_with_several_good_codes_at_once_ends_once(
    app: App,
    together: Together,
) -> None:
    flow = begun(Client())["flow_token"]
    codes = [app.code() for _ in range(3)]
    said = together(3, lambda n: shown(Client(), flow, codes[n])[0])
    assert sorted(said) == [200, 401, 401]
    assert Session.objects.count() == 1


def test_wrong_codes_are_limited_per_account_over_all_flows(
    client: Any,
    app: App,
    settings: Any,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "factor_account": "3/15m"}
    for _ in range(3):
        flow = begun(client)["flow_token"]
        assert shown(client, flow, app.wrong())[0] == 401
    status, answer = shown(client, begun(client)["flow_token"], app.code())
    assert (status, answer["code"]) == (429, "rate_limited")


def test_who_knows_the_password_cannot_shut_the_owner_out(
    client: Any,
    app: App,
    settings: Any,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "factor_account": "2/15m"}
    mine = {"REMOTE_ADDR": "192.0.2.1"}
    client.defaults.update(mine)
    assert shown(client, begun(client)["flow_token"], app.code())[0] == 200
    client.defaults.update(REMOTE_ADDR="198.51.100.9")
    flow = begun(client)["flow_token"]
    assert [shown(client, flow, app.wrong())[0] for _ in range(3)] == [401, 401, 429]
    client.defaults.update(REMOTE_ADDR="203.0.113.5")  # another address of theirs
    assert shown(client, begun(client)["flow_token"], app.wrong())[0] == 429
    client.defaults.update(mine)
    assert shown(client, begun(client)["flow_token"], app.code())[0] == 200


def test_what_ends_a_person_ends_their_flow(
    client: Any,
    app: App,
    ann: User,
) -> None:
    flow = begun(client)["flow_token"]
    change_password(
        ann, new_password="another long password", keep_login=None, acting_user=None
    )
    assert shown(client, flow, app.code())[1]["code"] == "flow_invalid"


def test_a_disabled_person_stays_out(
    client: Any,
    app: App,
    ann: User,
) -> None:
    flow = begun(client)["flow_token"]
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert shown(client, flow, app.code())[1]["code"] == "flow_invalid"


@pytest.mark.parametrize(
    "path",
    [
        "verify-email",
        "passkey",
        "mfa/enroll/totp",
        "mfa/enroll/totp/confirm",
        "mfa/enroll/passkey",
    ],
)
def test_its_flow_token_works_nowhere_else(
    client: Any,
    app: App,
    path: str,
) -> None:
    flow = begun(client)["flow_token"]
    body: dict[str, Any] = {"flow_token": flow}
    if path in ("verify-email", "mfa/enroll/totp/confirm"):
        body["code"] = app.code()
    if path == "passkey":
        body["credential"] = {}
    answer = client.post(f"/api/v1/auth/{path}", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "flow_invalid")
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {flow}"}
    assert client.get("/api/v1/users/me", **bearer).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"flow_token": 1, "method": "totp", "code": "1"},
        {"flow_token": "x", "method": "sms", "code": "1"},
        {"flow_token": "x", "method": ["totp"], "code": "1"},
        {"flow_token": "x", "method": "totp", "code": 123456},
        {"flow_token": "x", "method": "totp", "code": "1" * 5000},
        {"flow_token": "x", "method": "webauthn", "credential": "text"},
        {"flow_token": "x", "method": "webauthn", "credential": []},
    ],
)
def test_malformed_input_is_a_400(
    client: Any,
    body: dict[str, Any],
) -> None:
    answer = client.post(MFA, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "code", ["", "é" * 64, "\ud800", "\x00", "12 34", "１２３４５６"]
)
def test_a_strange_code_is_a_clear_refusal(
    client: Any,
    app: App,
    code: str,
) -> None:
    flow = begun(client)["flow_token"]
    raw = json.dumps({"flow_token": flow, "method": "totp", "code": code})
    answer = client.post(MFA, raw, content_type="application/json")
    assert answer.status_code in (400, 401)
    assert answer.json()["code"] in ("code_invalid", "invalid_input", "malformed")
