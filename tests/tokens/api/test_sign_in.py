"""Sign-up, sign-in and sign-out over REST."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Membership, Tenant
from tests.factories import (
    PASSWORD,
    ApiFactory,
    ApplicationFactory,
    TenantFactory,
    UserFactory,
)
from tokens.minting import TokenPair
from tokens.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

LOGIN = "/api/v1/auth/login"
REGISTER = "/api/v1/auth/register"
LOGOUT = "/api/v1/auth/logout"


def credentials(
    user: User,
    **more: Any,
) -> dict[str, Any]:
    """Return a login body."""
    return {"email": user.email, "password": PASSWORD, **more}


def test_the_right_password_gets_a_token_response(client: APIClient) -> None:
    user = UserFactory()
    answer = client.post(LOGIN, credentials(user))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert set(body) == {
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "refresh_expires_in",
        "scope",
        "user",
    }
    assert body["user"] == {
        "id": str(user.id),
        "email": user.email,
        "email_verified": True,
        "name": user.name,
    }
    assert body["token_type"] == "Bearer"
    assert answer["Cache-Control"] == "no-store"


def test_the_access_token_says_what_rfc_9068_asks(
    client: APIClient,
    settings: Any,
) -> None:
    user = UserFactory()
    token = client.post(LOGIN, credentials(user)).json()["access_token"]
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert header["typ"] == "at+jwt" and header["alg"] == "ES256" and header["kid"]
    assert claims["iss"] == settings.ISSUER
    assert claims["aud"] == settings.IDENTITY_API
    assert claims["sub"] == str(user.id)
    assert claims["scope"] == "account"
    assert claims["client_id"] == "default"
    assert claims["exp"] - claims["iat"] == settings.ACCESS_TOKEN_SECONDS
    assert claims["amr"] == ["pwd"] and claims["acr"] == "aal1"
    wanted = {"jti", "sid", "tenant", "roles", "auth_time"}
    assert wanted <= set(claims)


@pytest.mark.parametrize("wrong", ["wrong password entirely", PASSWORD + " ", ""])
def test_a_wrong_password_is_refused(
    client: APIClient,
    wrong: str,
) -> None:
    body = credentials(UserFactory()) | {"password": wrong}
    answer = client.post(LOGIN, body)
    expected = (401, "invalid_credentials") if wrong else (400, "invalid_input")
    assert (answer.status_code, answer.json()["code"]) == expected


def test_an_unknown_and_a_disabled_account_answer_like_a_wrong_password(
    client: APIClient,
) -> None:
    known = UserFactory()
    disabled = UserFactory(is_active=False)
    bodies = [
        credentials(known) | {"password": "wrong password entirely"},
        credentials(disabled),
        {"email": "nobody@example.com", "password": PASSWORD},
    ]
    problems = [client.post(LOGIN, body) for body in bodies]
    texts = [{k: v for k, v in p.json().items() if k != "request_id"} for p in problems]
    assert {p.status_code for p in problems} == {401}
    assert texts[0] == texts[1] == texts[2]


def test_a_third_party_application_is_refused_before_the_password(
    client: APIClient,
) -> None:
    application = ApplicationFactory(is_first_party=False)
    user = UserFactory()
    for password in (PASSWORD, "wrong password entirely"):
        body = {"email": user.email, "password": password}
        answer = client.post(LOGIN, body | {"client_id": application.client_id})
        assert answer.status_code == 403
        assert answer.json()["code"] == "rest_login_not_allowed"


def test_an_application_with_secrets_may_not_use_the_rest_door(
    client: APIClient,
) -> None:
    application = ApplicationFactory(type="web")
    answer = client.post(
        LOGIN, credentials(UserFactory(), client_id=application.client_id)
    )
    assert answer.json()["code"] == "rest_login_not_allowed"


def test_the_first_sign_in_joins_an_open_tenant(client: APIClient) -> None:
    application = ApplicationFactory()
    user = UserFactory()
    answer = client.post(LOGIN, credentials(user, client_id=application.client_id))
    assert answer.status_code == 200
    assert Membership.objects.filter(user=user, tenant=application.tenant).exists()


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_a_stranger_learns_of_no_membership_only_after_the_right_password(
    client: APIClient,
    registration: str,
) -> None:
    tenant = TenantFactory(registration=registration)
    application = ApplicationFactory(tenant=tenant)
    user = UserFactory()
    body = credentials(user, client_id=application.client_id)
    wrong = client.post(LOGIN, body | {"password": "wrong password entirely"})
    right = client.post(LOGIN, body)
    assert (wrong.status_code, right.status_code) == (401, 403)
    assert right.json()["code"] == "not_a_member"
    event = Event.objects.get(action=Action.LOGIN_REFUSED)
    assert event.outcome == f"not a member of {tenant.slug}"


def test_an_audience_of_another_tenant_is_refused(client: APIClient) -> None:
    application = ApplicationFactory()
    foreign = ApiFactory()
    answer = client.post(
        LOGIN,
        credentials(
            UserFactory(),
            client_id=application.client_id,
            audience=foreign.identifier,
        ),
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "invalid_target"


def test_the_default_audience_is_the_applications_first_api(client: APIClient) -> None:
    tenant = TenantFactory()
    first, second = ApiFactory(tenant=tenant), ApiFactory(tenant=tenant)
    application = ApplicationFactory(tenant=tenant, apis=[second, first])
    answer = client.post(
        LOGIN, credentials(UserFactory(), client_id=application.client_id)
    )
    token = answer.json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == second.identifier
    assert claims["scope"] == answer.json()["scope"] == "orders:read"


def test_registering_signs_in_where_no_verification_is_required(
    client: APIClient,
) -> None:
    body = {"email": "new@example.com", "password": PASSWORD, "name": "New"}
    answer = client.post(REGISTER, body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["user"]["email_verified"] is False
    again = client.post(REGISTER, body)
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")


def test_registering_answers_alike_where_verification_is_required(
    client: APIClient,
) -> None:
    Tenant.objects.filter(slug="default").update(verification_required=True)
    UserFactory(email="taken@example.com")
    for email in ("taken@example.com", "free@example.com"):
        answer = client.post(REGISTER, {"email": email, "password": PASSWORD})
        assert answer.status_code == 202, answer.content
        assert set(answer.json()) == {"flow_token", "methods"}


def test_an_unverified_address_waits_where_verification_is_required(
    client: APIClient,
) -> None:
    Tenant.objects.filter(slug="default").update(verification_required=True)
    user = UserFactory(verified=False)
    answer = client.post(LOGIN, credentials(user))
    assert answer.status_code == 401
    assert answer.json()["code"] == "email_verification_required"
    assert answer.json()["flow_token"] and answer.json()["methods"]
    assert not Session.objects.exists()


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_nobody_registers_where_the_tenant_is_not_open(
    client: APIClient,
    registration: str,
) -> None:
    Tenant.objects.filter(slug="default").update(registration=registration)
    body = {"email": "new@example.com", "password": PASSWORD}
    answer = client.post(REGISTER, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "field",
    [
        "is_superuser",
        "is_staff",
        "roles",
        "email_verified",
        "tenant",
        "id",
        "is_active",
        "epoch",
    ],
)
def test_privileged_fields_are_refused_at_register(
    client: APIClient,
    field: str,
) -> None:
    body = {"email": "new@example.com", "password": PASSWORD, field: True}
    answer = client.post(REGISTER, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"#/{field}"
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert not User.objects.exists()


def test_sign_out_ends_the_login_and_again_changes_nothing(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
    as_bearer: Callable[[TokenPair], APIClient],
) -> None:
    pair = pair_of()
    for _ in range(2):
        assert as_bearer(pair).post(LOGOUT).status_code == 204
    answer = client.post(
        "/api/v1/tokens/refresh", {"refresh_token": pair.refresh_token}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert Event.objects.filter(action=Action.SIGNED_OUT).count() == 1


def test_sign_out_takes_the_refresh_token_instead(
    client: APIClient,
    pair_of: Callable[..., TokenPair],
) -> None:
    pair = pair_of()
    answer = client.post(LOGOUT, {"refresh_token": pair.refresh_token})
    assert answer.status_code == 204
    assert Session.objects.get().revoked_at is not None


def test_sign_out_without_a_proof_is_refused(client: APIClient) -> None:
    assert client.post(LOGOUT).status_code == 401
    assert client.post(LOGOUT, {"refresh_token": "nonsense"}).status_code == 401
