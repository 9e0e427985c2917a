"""What the invited do with the key that was mailed to them, over REST."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tenants.models import Invitation, Tenant
from tenants.services import acceptance, invitations
from tests.factories import (
    PASSWORD,
    ApplicationFactory,
    RoleFactory,
    UserFactory,
)
from tests.tenants import mailed
from tests.tenants.api.conftest import As, SignedIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
LOOK, ACCEPT = "/api/v1/auth/invitation", "/api/v1/auth/accept-invitation"
OWN = "/api/v1/users/me/invitations"
GUEST = "guest@example.com"
FRESH = "a quiet walk in the hills"


@pytest.fixture
def key(tenant: Tenant) -> str:
    """The key that was mailed to the guest, of an invitation as a clerk."""
    Tenant.objects.filter(pk=tenant.pk).update(registration="invite")
    tenant.refresh_from_db()
    role = RoleFactory(tenant=tenant, name="clerk")
    invitations.invite(tenant, GUEST, roles=[role], acting_user=None)
    return mailed.last_key()


def code(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def test_a_look_tells_the_offer_and_changes_nothing(
    client: APIClient,
    tenant: Tenant,
    key: str,
) -> None:
    made = Invitation.objects.get()
    for email in (None, GUEST):
        if email:
            UserFactory(email=email)
        answer = client.post(LOOK, {"key": key})
        assert answer.status_code == 200
        assert answer.json() == {
            "tenant": tenant.name,
            "email": GUEST,
            "expires_at": made.expires_at.isoformat().replace("+00:00", "Z"),
        }
    made.refresh_from_db()
    assert made.state == "open"


def test_whoever_has_no_account_makes_one_and_signs_in(
    client: APIClient,
    tenant: Tenant,
    key: str,
) -> None:
    application = ApplicationFactory(tenant=tenant, scopes=["account"])
    answer = client.post(ACCEPT, {"key": key, "password": FRESH, "name": "Ann"})
    user = User.objects.get(email=GUEST)
    assert answer.status_code == 201
    assert answer.json() == {
        "tenant": tenant.name,
        "user": {"id": str(user.pk), "email": GUEST, "name": "Ann"},
        "email_verified": True,
    }
    login = {"email": GUEST, "password": FRESH, "client_id": application.client_id}
    signed_in = client.post("/api/v1/auth/login", login)
    assert signed_in.status_code == 200 and signed_in.json()["user"]["email_verified"]
    assert code(client.post(ACCEPT, {"key": key, "password": FRESH})) == (
        *(410, "link_invalid"),
    )


def test_nobody_else_gets_into_a_tenant_of_the_invited(
    client: APIClient,
    tenant: Tenant,
    key: str,
) -> None:
    application = ApplicationFactory(tenant=tenant, scopes=["account"])
    other = UserFactory()
    sent = {"email": other.email, "password": PASSWORD}
    sent["client_id"] = application.client_id
    assert code(client.post("/api/v1/auth/login", sent)) == (403, "not_a_member")
    sent["email"] = GUEST
    refused = client.post("/api/v1/auth/register", sent)
    assert code(refused) == (403, "registration_closed")


@pytest.mark.parametrize("verified", [True, False])
def test_an_account_that_exists_is_told_to_the_mailbox_and_not_entered(
    client: APIClient,
    tenant: Tenant,
    key: str,
    verified: bool,
) -> None:
    user = UserFactory(email=GUEST, verified=verified)
    for sent in ({"key": key}, {"key": key, "password": FRESH}):
        assert code(client.post(ACCEPT, sent)) == (409, "account_exists")
    user.refresh_from_db()
    assert user.check_password(PASSWORD) and not tenant.memberships.exists()


def test_the_account_of_the_address_accepts(
    as_user: As,
    tenant: Tenant,
    key: str,
) -> None:
    user = UserFactory(email=GUEST)
    caller = as_user(user, scopes=("account",))
    answer = caller.post(OWN, {"key": key})
    assert answer.status_code == 201
    assert answer.json()["user"]["id"] == str(user.pk)
    assert tenant.memberships.get().roles.get().name == "clerk"
    assert code(caller.post(OWN, {"key": key})) == (410, "link_invalid")


def test_another_account_does_not(
    as_user: As,
    tenant: Tenant,
    key: str,
) -> None:
    caller = as_user(scopes=("account",))
    assert code(caller.post(OWN, {"key": key})) == (409, "invitation_of_another")
    assert not tenant.memberships.exists() and acceptance.look(key)


def test_a_stranger_with_the_unproven_address_does_not(
    as_user: As,
    tenant: Tenant,
    key: str,
) -> None:
    stranger = as_user(UserFactory(email=GUEST, verified=False), scopes=("account",))
    assert code(stranger.post(OWN, {"key": key})) == (409, "email_unverified")
    assert not tenant.memberships.exists() and acceptance.look(key)


def test_who_is_not_signed_in_for_it_does_not(
    client: APIClient,
    as_user: As,
    tenant: Tenant,
    signed_in: SignedIn,
    key: str,
) -> None:
    user = UserFactory(email=GUEST)
    assert client.post(OWN, {"key": key}).status_code == 401
    managing = as_user(user, scopes=("manage",))
    assert code(managing.post(OWN, {"key": key})) == (403, "insufficient_scope")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed_in.refresh_token}")
    assert code(client.post(OWN, {"key": key})) == (401, "token_invalid")
    disabled = as_user(user, scopes=("account",))
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert disabled.post(OWN, {"key": key}).status_code == 401
    assert not tenant.memberships.filter(user=user).exists()


def test_a_password_is_needed_and_has_to_be_good(
    client: APIClient,
    key: str,
) -> None:
    for password, fault in ((None, "required"), ("short", "too_short")):
        sent = {"key": key} | ({"password": password} if password else {})
        answer = client.post(ACCEPT, sent)
        assert answer.status_code == 400
        (found,) = answer.json()["errors"]
        assert (found["pointer"], found["code"]) == ("#/password", fault)
    assert not User.objects.filter(email=GUEST).exists()


@pytest.mark.parametrize("path", [LOOK, ACCEPT, OWN])
@pytest.mark.parametrize(
    "raw",
    [
        *('{"key": 5}', '{"key": null}', '{"key": ["x"]}', '{"key": {}}', "{}", "[]"),
        *('{"key": "a\\u0000b"}', '{"key": "\\ud800"}', "{", '{"key": ""}'),
        json.dumps({"key": "x" * 129}),
        json.dumps({"key": "x", "email": "a@example.com"}),
    ],
)
def test_a_malformed_body_is_a_400(
    as_user: As,
    path: str,
    raw: str,
) -> None:
    caller = as_user(scopes=("account",))
    answer = caller.post(path, raw, content_type="application/json")
    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("path", [LOOK, ACCEPT, OWN])
def test_guessing_keys_has_a_limit(
    as_user: As,
    settings: Any,
    path: str,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "token_failures_ip": "3/1m"}
    caller = as_user(scopes=("account",))
    sent = {"key": "guess", "password": FRESH} if path == ACCEPT else {"key": "guess"}
    statuses = [caller.post(path, sent).status_code for _ in range(5)]
    assert statuses == [410] * 3 + [429] * 2


@pytest.mark.parametrize("path", [LOOK, ACCEPT])
def test_get_changes_nothing(
    client: APIClient,
    key: str,
    path: str,
) -> None:
    assert client.get(f"{path}?key={key}").status_code == 405
    assert acceptance.look(key)
