"""Step-up over REST (RFC 9470): `auth/reauthenticate` renews a login, with all factors."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.services import sign_out_everywhere
from tests.authenticators import has_app
from tests.factories import PASSWORD, UserFactory
from tests.passkeys import ISSUER, Passkey
from tests.tokens.api.factor_calls import Api, add_passkey, claims_of, signed_in
from tokens.models import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PATH = "auth/reauthenticate"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def stale(ann: User) -> Api:
    """Ann, who signed in a day ago."""
    return signed_in(ann, auth_time=timezone.now() - timedelta(days=1))


def test_the_password_renews_the_login_and_the_same_session(
    ann: User,
    stale: Api,
) -> None:
    answer = stale("post", PATH, password=PASSWORD)
    assert answer.status_code == 200
    claims = claims_of(answer)
    assert abs(claims["auth_time"] - timezone.now().timestamp()) < 5
    assert claims["auth_time"] <= claims["iat"] + 1
    assert claims["amr"] == ["pwd"]
    assert Login.objects.count() == 1
    fresh = Api(answer.told["access_token"])
    assert fresh("post", "users/me/mfa/enroll", method="totp").status_code == 200
    assert Event.objects.filter(action=Action.REAUTHENTICATED).count() == 1


def test_a_wrong_password_renews_nothing(stale: Api) -> None:
    answer = stale("post", PATH, password="not this one at all")
    assert (answer.status_code, answer.told["code"]) == (401, "invalid_credentials")
    assert stale("post", PATH).told["code"] == "invalid_credentials"


def test_who_has_a_factor_shows_it_too(
    ann: User,
    stale: Api,
) -> None:
    app = has_app(ann)
    asked = stale("post", PATH, password=PASSWORD)
    assert (asked.status_code, asked.told["code"]) == (401, "mfa_required")
    before = Login.objects.get().auth_time
    flow = asked.told["flow_token"]
    wrong = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=app.wrong())
    assert wrong.told["code"] == "code_invalid"
    assert Login.objects.get().auth_time == before
    done = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=app.code())
    assert claims_of(done)["amr"] == ["pwd", "otp", "mfa"]
    assert Login.objects.get().auth_time > before


def test_without_a_password_only_a_passkey_will_do(
    ann: User,
    settings: Any,
) -> None:
    settings.ISSUER, settings.IDENTITY_API = ISSUER, f"{ISSUER}/api/v1"
    app, passkey = has_app(ann), Passkey()
    add_passkey(signed_in(ann, amr=["pwd", "otp", "mfa"]), passkey)
    stale = signed_in(ann, auth_time=timezone.now() - timedelta(days=1))
    told = stale("post", PATH).told
    assert told["methods"] == ["webauthn"]
    flow = told["flow_token"]
    code = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=app.code())
    assert code.told["code"] == "flow_invalid"
    flow = stale("post", PATH).told["flow_token"]
    options = Api()("post", "auth/mfa/options", flow_token=flow).told["options"]
    done = Api()(
        "post",
        "auth/mfa",
        flow_token=flow,
        method="webauthn",
        credential=passkey.get(options),
    )
    assert claims_of(done)["amr"] == ["pop", "mfa"]


def test_a_session_that_ended_meanwhile_is_not_renewed(
    ann: User,
    stale: Api,
) -> None:
    app = has_app(ann)
    flow = stale("post", PATH, password=PASSWORD).told["flow_token"]
    Login.objects.update(revoked_at=timezone.now())
    answer = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=app.code())
    assert (answer.status_code, answer.told["code"]) == (401, "token_revoked")
    sign_out_everywhere(ann, acting_user=ann)
    again = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=app.code())
    assert again.told["code"] == "flow_invalid"


@pytest.mark.parametrize(
    "body",
    [{"password": 1}, {"password": None}, {"password": "x" * 5000}, {"code": "1"}],
)
def test_malformed_input_is_a_400(
    stale: Api,
    body: dict[str, Any],
) -> None:
    assert stale("post", PATH, **body).status_code == 400


def test_nobody_and_the_disabled_renew_nothing(
    ann: User,
    stale: Api,
) -> None:
    assert Api()("post", PATH, password=PASSWORD).told["code"] == "not_authenticated"
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert stale("post", PATH, password=PASSWORD).status_code == 401
