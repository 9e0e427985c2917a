"""The address is proven over REST."""

from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.outbox.models import Delivery
from config.sessions import SessionStore
from tenants.models import Application, Tenant
from tests.accounts.flows.doors import mailed_code
from tests.conftest import Together
from tests.factories import (
    PASSWORD,
    ApiFactory,
    ApplicationFactory,
    SessionFactory,
    TenantFactory,
    UserFactory,
)
from tokens import minting
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

VERIFY = "/api/v1/auth/verify-email"
RESEND = "/api/v1/auth/verify-email/resend"
REGISTER = "/api/v1/auth/register"
EMAIL = "new@example.com"
WRONG = "AAAA-AAAA"


@pytest.fixture
def application() -> Application:
    """An application of an open tenant that asks for a proven address."""
    tenant = TenantFactory(verification_required=True)
    apis = [ApiFactory(tenant=tenant), ApiFactory(tenant=tenant)]
    made: Application = ApplicationFactory(tenant=tenant, apis=apis)
    return made


def begun(
    client: APIClient,
    application: Application,
    email: str = EMAIL,
    **more: Any,
) -> str:
    """Sign somebody up; return the flow token."""
    body = {"email": email, "password": PASSWORD, "client_id": application.client_id}
    answer = client.post(REGISTER, body | more)
    assert answer.status_code == 202, answer.content
    return str(answer.json()["flow_token"])


def refused(
    client: APIClient,
    flow_token: str,
    code: str = WRONG,
) -> tuple[int, str]:
    """Send a code; return status and problem code."""
    answer = client.post(VERIFY, {"flow_token": flow_token, "code": code})
    return answer.status_code, answer.json()["code"]


def test_the_mailed_code_gets_tokens_for_what_the_flow_was_begun_for(
    client: APIClient,
    application: Application,
) -> None:
    audience = application.apis.get(applicationapi__position=1).identifier
    flow_token = begun(client, application, audience=audience)

    answer = client.post(VERIFY, {"flow_token": flow_token, "code": mailed_code()})

    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["client_id"]) == (audience, application.client_id)
    assert claims["amr"] == ["pwd"]
    assert body["user"]["email_verified"] is True
    login = {"email": EMAIL, "password": PASSWORD, "client_id": application.client_id}
    assert client.post("/api/v1/auth/login", login).status_code == 200


def test_a_code_works_once(
    client: APIClient,
    application: Application,
) -> None:
    flow_token, code = begun(client, application), mailed_code()
    first = client.post(VERIFY, {"flow_token": flow_token, "code": code})
    assert first.status_code == 200
    assert refused(client, flow_token, code) == (401, "flow_invalid")
    answer = client.post(RESEND, {"flow_token": flow_token})
    assert (answer.status_code, answer.json()["code"]) == (401, "flow_invalid")
    assert Session.objects.count() == 1


def test_a_free_and_a_taken_address_answer_alike_to_the_end(
    client: APIClient,
    application: Application,
) -> None:
    UserFactory(email="taken@example.com")
    said = []
    for email in ("free@example.com", "taken@example.com"):
        flow_token = begun(client, application, email)
        told: list[Any] = []
        for number in range(6):
            answer = client.post(RESEND, {"flow_token": flow_token})
            told.append((answer.status_code, set(answer.json())))
            if number == 0:
                assert answer.json() == {
                    "flow_token": flow_token,
                    "methods": ["email_code"],
                }
        told += [refused(client, flow_token) for _ in range(5)]
        said.append(told)
    assert said[0] == said[1]
    assert [status for status, _ in said[0][:6]] == [202] * 5 + [429]
    assert said[0][6:] == [(401, "code_invalid")] * 3 + [(401, "flow_invalid")] * 2


def test_another_persons_code_does_not_fit(
    client: APIClient,
    application: Application,
) -> None:
    mine = begun(client, application, "mallory@example.com")
    begun(client, application, "alice@example.com")
    assert refused(client, mine, mailed_code()) == (401, "code_invalid")


@pytest.mark.parametrize("field", ["client_id", "audience", "email", "user_id"])
def test_another_application_cannot_be_named_at_the_end(
    client: APIClient,
    application: Application,
    field: str,
) -> None:
    foreign = ApplicationFactory()
    flow_token = begun(client, application)
    body = {"flow_token": flow_token, "code": mailed_code()}
    answer = client.post(VERIFY, body | {field: foreign.client_id})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert not Session.objects.exists()


def test_a_disabled_person_gets_no_tokens(
    client: APIClient,
    application: Application,
) -> None:
    flow_token = begun(client, application)
    User.objects.filter(email_key=EMAIL).update(is_active=False)
    assert refused(client, flow_token, mailed_code()) == (401, "flow_invalid")
    assert not Session.objects.exists()


def test_a_suspended_application_is_refused_before_the_code(
    client: APIClient,
    application: Application,
) -> None:
    flow_token = begun(client, application)
    Application.objects.update(suspended_at="2026-01-01T00:00:00Z")
    for code in (WRONG, mailed_code()):
        assert refused(client, flow_token, code) == (403, "application_suspended")


def test_a_tenant_that_closed_meanwhile_takes_nobody_in(
    client: APIClient,
    application: Application,
) -> None:
    flow_token = begun(client, application)
    Tenant.objects.update(registration="invite")
    assert refused(client, flow_token, mailed_code()) == (403, "not_a_member")
    assert not Session.objects.exists()


def test_a_flow_of_what_may_not_be_asked_for_any_more_is_over(
    client: APIClient,
    application: Application,
) -> None:
    flow_token = begun(client, application)
    application.apis.clear()
    assert refused(client, flow_token, mailed_code()) == (401, "flow_invalid")


def test_no_other_token_is_a_flow_token(client: APIClient) -> None:
    session = SessionFactory()
    pair = minting.issue(session.sid)
    console = SessionStore()
    console["_auth_user_id"] = str(session.login.user_id)
    console.save()
    wrong = [pair.access_token, pair.refresh_token, str(console.session_key)]
    for token in [*wrong, "x", "\u202e" * 40, "ä", "a" * 8192]:
        assert refused(client, token) == (401, "flow_invalid"), token[:20]
        answer = client.post(RESEND, {"flow_token": token})
        assert (answer.status_code, answer.json()["code"]) == (401, "flow_invalid")


def test_guesses_at_flow_tokens_are_counted(
    client: APIClient,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "2/1m"}
    assert [refused(client, "guess")[0] for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "a\x00b", "x" * 9000])
@pytest.mark.parametrize("field", ["flow_token", "code"])
def test_what_is_no_text_is_refused(
    client: APIClient,
    field: str,
    value: Any,
) -> None:
    body = {"flow_token": "f", "code": "c"} | {field: value}
    answer = client.post(VERIFY, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"#/{field}"


@pytest.mark.parametrize("code", ["ÄÄÄÄ-ÄÄÄÄ", "💥", "-", " ", "\u200b", "' OR 1=1"])
def test_odd_codes_are_wrong_codes(
    client: APIClient,
    application: Application,
    code: str,
) -> None:
    assert refused(client, begun(client, application), code) == (401, "code_invalid")


@pytest.mark.parametrize("path", [VERIFY, RESEND])
@pytest.mark.parametrize(
    "raw",
    ["{", "[]", "null", '{"flow_token": "a", "flow_token": "b"}', "{}", ""],
)
def test_malformed_bodies_are_refused(
    client: APIClient,
    path: str,
    raw: str,
) -> None:
    answer = client.generic("POST", path, raw, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_posts_of_the_code_give_one_token_response(
    together: Together,
    application: Application,
) -> None:
    flow_token, code = begun(APIClient(), application), mailed_code()
    body = {"flow_token": flow_token, "code": code}

    answers = together(20, lambda n: APIClient().post(VERIFY, body))

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 429}
    assert Session.objects.count() == 1
    assert Delivery.objects.count() == 1
