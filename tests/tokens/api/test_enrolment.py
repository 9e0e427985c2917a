"""A factor that a policy asks for is enrolled at sign-in, before any token is given."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from tenants.models import Application, Tenant
from tests.authenticators import App, has_app
from tests.conftest import Together
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    TenantFactory,
    UserFactory,
)
from tests.passkeys import ISSUER, Passkey
from tests.tokens.api.factor_calls import Api, claims_of
from tokens.models import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
ENROL = "auth/mfa/enroll"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def strict() -> Application:
    """An application of a tenant that asks for a second factor."""
    made: Application = ApplicationFactory(tenant=TenantFactory(mfa_required=True))
    return made


def begun(
    user: User,
    application: Application,
) -> Any:
    return Api()(
        "post",
        "auth/login",
        email=user.email,
        password=PASSWORD,
        client_id=application.client_id,
    )


def test_nobody_gets_a_token_without_one(
    ann: User,
    strict: Application,
) -> None:
    answer = begun(ann, strict)
    assert (answer.status_code, answer.told["code"]) == (401, "mfa_enrollment_required")
    assert answer.told["methods"] == ["totp"]
    assert not Login.objects.exists()


def test_an_app_is_enrolled_and_the_person_is_in(
    ann: User,
    strict: Application,
) -> None:
    flow = begun(ann, strict).told["flow_token"]
    told = Api()("post", f"{ENROL}/totp", flow_token=flow).told
    assert told["secret"] in told["otpauth_uri"]
    app = App(told["secret"])
    wrong = Api()("post", f"{ENROL}/totp/confirm", flow_token=flow, code=app.wrong())
    assert wrong.told["code"] == "code_invalid"
    done = Api()("post", f"{ENROL}/totp/confirm", flow_token=flow, code=app.code())
    assert done.status_code == 200
    assert len(done.told["recovery_codes"]) == 10
    claims = claims_of(done)
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert claims["client_id"] == strict.client_id
    assert begun(ann, strict).told["code"] == "mfa_required"


def test_a_passkey_is_enrolled_and_the_person_is_in(
    ann: User,
    strict: Application,
    settings: Any,
) -> None:
    settings.ISSUER, settings.IDENTITY_API = ISSUER, f"{ISSUER}/api/v1"
    flow = begun(ann, strict).told["flow_token"]
    options = Api()("post", f"{ENROL}/passkey", flow_token=flow).told["options"]
    done = Api()(
        "post",
        f"{ENROL}/passkey/confirm",
        flow_token=flow,
        credential=Passkey().create(options),
        name="Phone",
    )
    assert claims_of(done)["amr"] == ["pwd", "pop", "mfa"]


def test_a_flow_dies_once_the_person_has_a_factor(
    ann: User,
    strict: Application,
) -> None:
    flow = begun(ann, strict).told["flow_token"]
    told = Api()("post", f"{ENROL}/totp", flow_token=flow).told
    has_app(ann)
    code = App(told["secret"]).code()
    answer = Api()("post", f"{ENROL}/totp/confirm", flow_token=flow, code=code)
    assert (answer.status_code, answer.told["code"]) == (401, "flow_invalid")
    assert Authenticator.objects.count() == 1


def test_a_role_asks_for_one_too(ann: User) -> None:
    application = ApplicationFactory()
    membership = MembershipFactory(user=ann, tenant=application.tenant)
    role = RoleFactory(tenant=application.tenant, mfa_required=True)
    assert begun(ann, application).status_code == 200
    membership.roles.add(role)
    assert begun(ann, application).told["code"] == "mfa_enrollment_required"
    assert begun(ann, ApplicationFactory()).status_code == 200


def test_who_has_a_factor_is_asked_for_it_and_enrols_nothing(
    ann: User,
    strict: Application,
) -> None:
    app = has_app(ann)
    told = begun(ann, strict).told
    assert told["code"] == "mfa_required"
    flow = told["flow_token"]
    done = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=app.code())
    assert done.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_flows_at_once_enrol_one_factor(
    ann: User,
    strict: Application,
    together: Together,
) -> None:
    flows = [begun(ann, strict).told["flow_token"] for _ in range(6)]
    apps = [
        App(Api()("post", f"{ENROL}/totp", flow_token=flow).told["secret"])
        for flow in flows
    ]

    def confirm(number: int) -> int:
        flow, code = flows[number], apps[number].code()
        answer = Api()("post", f"{ENROL}/totp/confirm", flow_token=flow, code=code)
        return int(answer.status_code)

    said = together(6, confirm)
    assert sorted(said) == [200] + [401] * 5
    assert Authenticator.objects.filter(type="totp").count() == 1


@pytest.mark.parametrize("flow", ["", "x", "é", "x" * 8000])
def test_a_strange_flow_token_is_refused(flow: str) -> None:
    for path in ("totp", "passkey"):
        answer = Api()("post", f"{ENROL}/{path}", flow_token=flow)
        assert answer.status_code in (400, 401)


def test_a_sign_up_is_no_way_round(strict: Application) -> None:
    answer = Api()(
        "post",
        "auth/register",
        email="new@example.com",
        password=PASSWORD,
        client_id=strict.client_id,
    )
    assert answer.told["code"] == "mfa_enrollment_required"
    assert not Login.objects.exists()


def test_a_session_begun_before_the_policy_is_not_refreshed(ann: User) -> None:
    application = ApplicationFactory()
    told = begun(ann, application).told
    Tenant.objects.filter(pk=application.tenant_id).update(mfa_required=True)
    again = Api()("post", "tokens/refresh", refresh_token=told["refresh_token"])
    assert (again.status_code, again.told["code"]) == (401, "token_revoked")
    assert begun(ann, application).told["code"] == "mfa_enrollment_required"
